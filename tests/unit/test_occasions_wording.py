"""What messages say fits WeChat's fields, and says neither a reason nor a figure where there must be none."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from server import app
from server.pushes import pages
from server.pushes.catalogue import CATALOGUE, FieldKind
from server.pushes.occasions import objections, wording, year_end
from server.pushes.occasions.wording import Content
from server.pushes.rules import Occasion
from server.todos.registry import kinds
from server.wechat.sandbox.fields import KINDS

APP_PAGES = Path(__file__).resolve().parents[2] / "miniprogram" / "src" / "pages.json"
assert app.FEATURES
DAY, NOON = date(2026, 12, 31), datetime(2026, 12, 31, 4, 0, tzinfo=UTC)
ITEM, BRANCH = "联系服务师生群众", "教工第一党支部"

COUNTS = {"claims": 4, "leaves": 12, "rosters": 3, "statements": 12, "standards": 1}
EVERYTHING = [(*kind.digest, COUNTS[kind.code]) for kind in kinds() if kind.digest and kind.code in COUNTS]
HEAD = "260612-4K7QXM-0R2V9D-ZB31HT-6WCE"

SAID: list[tuple[Occasion, Content]] = [
    (Occasion.claim_reviewed, wording.claim_approved(ITEM, Decimal("1.5"), DAY)),
    (Occasion.claim_reviewed, wording.claim_rejected(ITEM, DAY)),
    (Occasion.claim_reviewed, wording.claim_reopened(ITEM, DAY)),
    (Occasion.claim_returned, wording.claim_returned(ITEM, DAY)),
    (Occasion.review_digest, wording.digest(BRANCH, EVERYTHING)),
    (Occasion.review_digest, wording.digest(BRANCH, [])),
    *(
        (Occasion(f"meeting_{occasion}"), wording.meeting("12 月主题党日", NOON, "明德楼 305", occasion))
        for occasion in wording.MEETING_HINTS
    ),
    (Occasion.leave_answered, wording.leave_granted("12 月主题党日", DAY)),
    (Occasion.leave_answered, wording.leave_granted("12 月主题党日", None)),
    (Occasion.leave_answered, wording.leave_refused("12 月主题党日")),
    (Occasion.check_in_decided, wording.check_in_confirmed("12 月主题党日", NOON)),
    (Occasion.check_in_decided, wording.check_in_dismissed("12 月主题党日", NOON)),
    (
        Occasion.statement_to_confirm,
        wording.statement_to_confirm(BRANCH, members=127, exempt=12, backdated=130, confirm_by=DAY),
    ),
    (
        Occasion.month_score,
        wording.month_score("2026-12", total=Decimal("100"), change=Decimal("-12.25"), position=128),
    ),
    (Occasion.month_score, wording.month_score("2026-01", total=Decimal("70"), change=None, position=1)),
    (Occasion.month_score, wording.month_score_elsewhere("2026-12")),
    (Occasion.bulletin, wording.bulletin("2026年第四季度党员积分通报", "经济学院党总支", NOON, acknowledges=True)),
    (Occasion.bulletin, wording.bulletin("2026年第四季度党员积分通报", "经济学院党总支", NOON, acknowledges=False)),
    (Occasion.notice, wording.notice("关于七一的通知", "经济学院党总支", NOON, again=False)),
    (Occasion.notice_unread, wording.notice("关于七一的通知", "经济学院党总支", NOON, again=True)),
    (Occasion.dues_reminder, wording.dues_reminder("2026-12", "2026-12", BRANCH, DAY)),
    (Occasion.dues_reminder, wording.dues_reminder("2026-10", "2026-12", BRANCH, DAY)),
    (Occasion.at_risk, wording.at_risk("2026-12", value=Decimal("13.25"), until=DAY, several=True)),
    (Occasion.feedback_named, wording.feedback(DAY)),
    *((Occasion.daily_head, wording.daily_head(BRANCH, HEAD, DAY, named=named)) for named in (True, False)),
    *((Occasion.negative_decision, wording.negative_decision(2026, result)) for result in ("已生效", "已中止")),
    *((Occasion.keys_reset, wording.keys_reset(status, "欧阳建国、陈静")) for status in wording.KEYS_RESET),
    (Occasion.year_end, wording.year_end("2026年度申报截止", BRANCH, DAY, year_end.CUT_OFF_HINT)),
    *(
        (Occasion.year_end, wording.year_end(f"2026年度{title}", BRANCH, DAY, hint))
        for title, hint in year_end._WORDS.values()
    ),
    *(
        (Occasion.objection_progress, wording.objection("年度积分", result, DAY, hint))
        for result, hint in objections._WORDS.values()
    ),
]


def test_every_occasion_is_worded_here() -> None:
    assert {occasion for occasion, _ in SAID} == set(Occasion)


@pytest.mark.parametrize(("occasion", "content"), SAID)
def test_what_is_said_fits_the_fields_uncut(occasion: Occasion, content: Content) -> None:
    entry = CATALOGUE[occasion]
    assert tuple(content) == entry.keys
    for field in entry.fields:
        assert KINDS[FieldKind(field.kind)](content[field.key]), (field.key, content[field.key])


def test_a_month_is_told_with_change_and_position() -> None:
    content = wording.month_score("2026-10", total=Decimal("85.25"), change=Decimal("2.5"), position=6)
    assert content["month"] == "2026年10月"
    assert (content["points"], content["change"]) == ("85.25 分", "较上月 +2.50，第 6 名")


@pytest.mark.parametrize(
    ("change", "words"), [(None, "首次汇总"), (Decimal("0.00"), "与上月持平"), (Decimal("-0.25"), "较上月 -0.25")]
)
def test_a_change_is_told_in_words(change: Decimal | None, words: str) -> None:
    assert wording.month_score("2026-10", total=Decimal(1), change=change, position=None)["change"] == words


def test_under_a_negative_decision_no_figure_is_told() -> None:
    assert wording.month_score_elsewhere("2026-10")["points"] == "另行通报"
    told = wording.month_score_elsewhere("2026-10") | wording.negative_decision(2026, "已生效")
    assert not re.search(r"\d(?!\d*[年月])", "".join(told.values()))


def test_three_base_points_can_still_be_saved_by_a_day() -> None:
    content = wording.at_risk("2026-06", value=Decimal("3.00"), until=date(2026, 7, 18), several=False)
    assert content["hint"] == "还有 3 分基础积分可以补回"
    assert content["until"] == "2026年7月18日"
    assert wording.at_risk("2026-06", value=Decimal("10"), until=DAY, several=True)["points"] == "10 分"


def test_what_shows_a_figure_is_hidden_with_the_figures() -> None:
    for occasion, keys in {
        Occasion.month_score: {"points", "change"},
        Occasion.at_risk: {"points", "hint"},
        Occasion.claim_reviewed: {"points"},
    }.items():
        assert CATALOGUE[occasion].figures == keys


def test_the_hour_is_shanghais() -> None:
    assert wording.moment(datetime(2026, 12, 31, 16, 5, tzinfo=UTC)) == "2027年1月1日 00:05"
    assert [wording.quarter(f"2026-Q{number}")[6:7] for number in range(1, 5)] == ["一", "二", "三", "四"]


def test_pages_are_paths_of_the_app() -> None:
    found = [
        pages.HOME,
        pages.DUES,
        pages.INBOX,
        pages.claim(2**62),
        pages.objection(2**62),
        pages.meeting(1),
        pages.notice(1),
    ]
    found += [pages.score(2026), pages.month("2026-06"), pages.statement(3, 1), pages.bulletin(1), pages.year(2026)]
    found += [pages.claim_for(2026)]
    assert all(re.fullmatch(r"pages/([a-z-]+)/\1(\?[a-z]+=[0-9-]+(&[a-z]+=[0-9]+)?)?", page) for page in found)
    listed = {page["path"] for page in json.loads(APP_PAGES.read_text(encoding="utf-8"))["pages"]}
    assert {page.partition("?")[0] for page in found} <= listed
