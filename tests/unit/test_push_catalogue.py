"""The catalogue of occasions holds together, and what contradicts itself is refused at import."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from server.pushes import catalogue
from server.pushes.catalogue import CATALOGUE, TEMPLATES
from server.pushes.rules import Channel, Occasion

RAW: dict[str, Any] = json.loads(
    (Path(catalogue.__file__).parent / "data" / "occasions.json").read_text(encoding="utf-8")
)


def test_every_occasion_is_there_with_few_templates() -> None:
    assert set(CATALOGUE) == set(Occasion)
    assert len(TEMPLATES) <= 6


def test_all_occasions_of_a_template_have_its_shape() -> None:
    assert all(entry.shape == TEMPLATES[entry.template] for entry in CATALOGUE.values())


def test_office_work_goes_by_wecom_first_and_the_rest_by_subscription() -> None:
    first = {occasion: entry.channels[0] for occasion, entry in CATALOGUE.items()}
    assert {each for each, channel in first.items() if channel is Channel.work} == {
        Occasion.review_digest,
        Occasion.statement_to_confirm,
        Occasion.feedback_named,
        Occasion.daily_head,
    }


def broken(occasion: str, **changes: Any) -> dict[str, Any]:
    raw = copy.deepcopy(RAW)
    raw[occasion] |= changes
    return raw


def test_the_file_itself_is_read() -> None:
    assert catalogue.read(RAW) == CATALOGUE


@pytest.mark.parametrize(
    "raw",
    [
        {name: entry for name, entry in RAW.items() if name != "notice"},
        broken("notice", title="一" * 21),
        broken("notice", channels=[]),
        broken("notice", channels=["work", "work"]),
        broken("notice", channels=["pigeon"]),
        broken("notice", figures=["points"]),
        broken("notice", template="score"),
        broken("notice", fields=RAW["notice"]["fields"][:3]),
        broken("notice", fields=[RAW["notice"]["fields"][0]] * 4),
        broken("notice", fields=[{"key": "title", "label": "标题", "kind": "poem"}]),
        broken("notice", fields=[{"key": "title", "label": "很长很长的标签", "kind": "thing"}]),
        broken("notice", colour="red"),
        RAW | {"birthday": RAW["notice"]},
    ],
)
def test_what_contradicts_itself_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        catalogue.read(raw)
