"""积分证明 and 公示 as papers, from what results and publicities say."""

import io
from datetime import date

import docx
import pytest
from sqlalchemy.orm import Session

from server.annual.forms import gathering
from server.annual.forms.certificate import certificate
from server.annual.forms.notice import notice
from server.annual.results import certificate as certificates
from server.documents.layout import official
from server.documents.paper import PlainPaper, as_word
from tests import results
from tests.cast import NOW, Cast
from tests.publicizing import owning, proposed, stars
from tests.years import OLD

LAST = date(OLD, 6, 17)


def words_of(paper: PlainPaper) -> list[str]:
    return [each.text for each in docx.Document(io.BytesIO(as_word(paper, official()))).paragraphs if each.text]


@pytest.fixture
def opened(session: Session, cast: Cast) -> None:
    results.open_old_year(session, cast)


@pytest.mark.usefixtures("opened")
def test_a_certificate_says_the_points_of_its_day_and_how_long_one_may_object(session: Session, cast: Cast) -> None:
    found = certificates.certificate(session, cast.zhang_min.member_id, on=LAST, now=NOW)
    words = words_of(certificate(gathering.certificate_of(session, found, now=NOW)))
    assert words[0] == "党员积分证明"
    assert words[1] == f"兹证明张敏同志（正式党员），{OLD}年1月1日至{OLD}年6月17日组织关系在教工第一党支部。"
    assert f"截至{OLD}年6月17日积分为{found.total:.2f}分（其中基础积分" in words[2]
    assert "5个工作日内向我支部提出" in words[4]
    assert words[-2:] == ["教工第一党支部", "2026年6月18日"]


def test_a_notice_has_its_days_its_names_and_who_is_not_rated_in_number_only(session: Session, cast: Cast) -> None:
    with owning(stars(cast.zhang_min, cast.li_wei)):
        row = proposed(session, cast)
        words = words_of(notice(gathering.notice_of(session, row)))
    assert words[0] == "2026 年度党员星级评定公示"
    assert words[1] == "现将我支部党员 2026 年度星级评定情况予以公示。"
    assert words[2].endswith("公示时间：2027年3月1日至2027年3月5日，共5个工作日。")
    assert "五星级★★★★★（2人）" in words
    assert "张　敏　李　伟" in words
    assert "未参评1人。" in words
    assert words[-2:] == ["教工第一党支部", "2027年3月1日"]


def test_the_code_of_a_notice_is_that_of_what_is_publicized(session: Session, cast: Cast) -> None:
    with owning(stars(cast.zhang_min)):
        made = notice(gathering.notice_of(session, proposed(session, cast)))
    assert made.foot == "校验码 5B0C-77E1"
