"""Documents set with Typst: fonts, and files that cannot be made."""

from http import HTTPStatus

import pytest

from server.documents.layout import DATA, official
from server.documents.typeset import chosen
from server.documents.typesetting import TypesettingJob, compiled
from server.errors import DomainError
from tests.bulletins import EMPTY_CHART, needs_fonts


def test_without_a_chinese_font_the_administrator_is_told_what_to_install() -> None:
    nothing = {use: ["No Such Font"] for use in official().fonts}
    job = TypesettingJob(DATA / "chart.typ", {"chart": EMPTY_CHART}, {"format": "png"})
    with pytest.raises(DomainError, match="no_chinese_font") as caught:
        compiled([job], fonts=nothing)
    assert caught.value.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert "fonts-noto-cjk" in caught.value.message


@needs_fonts
def test_a_file_that_cannot_be_made_is_told_without_details() -> None:
    job = TypesettingJob(DATA / "no-such-template.typ", {}, {"format": "pdf"})
    with pytest.raises(DomainError, match="file_not_made") as caught:
        compiled([job])
    assert "typ" not in caught.value.message


def test_real_official_fonts_come_first_where_they_are() -> None:
    families = {"FangSong_GB2312", "SimHei", "Noto Serif CJK SC", "Noto Sans CJK SC", "FZXiaoBiaoSong-B05S"}
    found = chosen(official().fonts, families)
    assert (found["fang"][0], found["song"][0], found["hei"][0]) == (
        "FangSong_GB2312",
        "FZXiaoBiaoSong-B05S",
        "SimHei",
    )
