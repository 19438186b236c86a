"""Whoever edits a table beside the ledger, or the ledger with its chain made anew, is named by row and column."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from server import verifications
from server.config import Settings
from tests.books import Books
from tests.cast import Cast
from tests.forging import chain_anew, edit_by_hand, without_triggers

BESIDE = ("postings", "negatives", "claims", "dues", "attendance")


@pytest.fixture
def unprotected(session: Session, books: Books) -> Iterator[Session]:
    with without_triggers(session):
        yield session


def found(engine: Engine, settings: Settings, *names: str) -> dict[str, list[str]]:
    verified = verifications.verify(engine, settings, *names)
    return {each.verification.name: list(each.found) for each in verified if each.found}


def test_books_kept_by_the_services_bear_each_other_out(engine: Engine, settings: Settings, books: Books) -> None:
    verified = {each.verification.name: each for each in verifications.verify(engine, settings, *BESIDE)}
    assert {name: list(each.found) for name, each in verified.items()} == {name: [] for name in BESIDE}
    assert {name: each.looked for name, each in verified.items() if name != "postings"} == {
        "negatives": 1,
        "claims": 3,
        "dues": 3,
        "attendance": 4,
    }


OF_CLAIM = "source_kind = 'claim' AND source_id = {claim}"
OF_MEETING = "source_kind = 'meeting' AND source_id = {meeting}"
EDITS: dict[str, tuple[str, str, str]] = {
    "a claim's approved points": (
        "UPDATE claims SET approved_points = approved_points + 10000 WHERE id = {claim}",
        "claims",
        "申报 {claim} 与台账记录（党员 {zhang_min} 第 ",
    ),
    "a claim approved behind the office's back": (
        "UPDATE claims SET status = 'approved', approved_points = 10000 WHERE id = {taken_back}",
        "claims",
        "申报 {taken_back}（党员 {wang_fang}），台账记录：原存 无，应为 已通过的申报须有一条",
    ),
    "an approved claim made unreviewed again": (
        "UPDATE claims SET status = 'submitted' WHERE id = {claim}",
        "claims",
        "申报 {claim}（党员 {zhang_min}），状态：原存 待审核",
    ),
    "a claim's item": (
        "UPDATE claims SET item_code = 'C03' WHERE id = {claim}",
        "claims",
        "，项目：原存 C04，应为 C03",
    ),
    "a claim's day": (
        "UPDATE claims SET occurred_on = '2026-06-03' WHERE id = {claim}",
        "claims",
        "，日期：原存 2026-06-01，应为 2026-06-03",
    ),
    "a claim's reviewer": (
        "UPDATE claims SET decided_by = {wang_fang_account} WHERE id = {claim}",
        "claims",
        "，审核人：原存 {li_wei_account}，应为 {wang_fang_account}",
    ),
    "one more person of a joint work": (
        "INSERT INTO claim_participants (claim_id, member_id, place) VALUES ({joint}, {sun_li}, 3)",
        "claims",
        "申报 {joint}（党员 {sun_li}），台账记录：原存 无",
    ),
    "one person of a joint work fewer": (
        "DELETE FROM claim_participants WHERE claim_id = {joint} AND member_id = {wang_fang}",
        "claims",
        "，党员：原存 {wang_fang}，应为 申报 {joint} 中的人员",
    ),
    "a claim gone": (
        "DELETE FROM claims WHERE id = {claim}",
        "claims",
        "，来源：原存 申报 {claim}，应为 无",
    ),
    "an entry's points": (
        "UPDATE point_entries SET points = points + 10000 WHERE " + OF_CLAIM,
        "claims",
        "，分值：原存 2，应为 1",
    ),
    "an entry given to another claim": (
        "UPDATE point_entries SET source_id = 999 WHERE " + OF_CLAIM,
        "claims",
        "，来源：原存 申报 999，应为 无",
    ),
    "a deducted month called paid": (
        "UPDATE dues_records SET state = 'paid' WHERE id = {dues}",
        "dues",
        "党费 {dues}（党员 {zhang_min}，2026-05），状态：原存 已交，应为 逾期",
    ),
    "a day of payment, in the record and its history": (
        "UPDATE dues_records SET paid_on = '2026-05-31' WHERE id = {dues};"
        "UPDATE dues_events SET paid_on = '2026-05-31' WHERE record_id = {dues}",
        "dues",
        "状态：原存 逾期，应为 已交",
    ),
    "an amount that was paid": (
        "UPDATE dues_records SET paid_cents = 2001 WHERE id = {dues}",
        "dues",
        "，实交金额（分）：原存 2001，应为 2000",
    ),
    "a deduction of dues on another day": (
        "UPDATE point_entries SET occurred_on = '2026-05-01' WHERE source_kind = 'dues' AND source_id = {dues}",
        "dues",
        "，日期：原存 2026-05-01，应为 2026-05-31",
    ),
    "dues that deduct half": (
        "UPDATE point_entries SET points = -5000 WHERE source_kind = 'dues' AND source_id = {dues}",
        "dues",
        "，分值：原存 -0.5，应为 -1",
    ),
    "an attendance invented": (
        "INSERT INTO attendances (meeting_id, member_id, state, via, scanned_at, recorded_at, account_id) "
        "SELECT meeting_id, {sun_li}, state, via, scanned_at, recorded_at, account_id FROM attendances "
        "WHERE meeting_id = {meeting} AND member_id = {zhang_min}",
        "attendance",
        "会议 {meeting} 与台账记录（党员 {sun_li} 第 ",
    ),
    "an attendance gone": (
        "DELETE FROM attendances WHERE meeting_id = {meeting} AND member_id = {zhang_min}",
        "attendance",
        "会议 {meeting}（党员 {zhang_min}），台账记录：原存 无，应为 B04 -2 分（缺席）",
    ),
    "a leave refused afterwards": (
        "UPDATE leaves SET status = 'refused' WHERE meeting_id = {meeting}",
        "attendance",
        "会议 {meeting}（党员 {li_wei}），台账记录：原存 无，应为 B04 -2 分（缺席）",
    ),
    "a list no longer confirmed": (
        "UPDATE meeting_rosters SET status = 'open', confirmed_by = NULL, confirmed_at = NULL "
        "WHERE meeting_id = {meeting}",
        "attendance",
        "会议 {meeting} 与台账记录（党员 {sun_li} 第 ",
    ),
    "a meeting on another day": (
        "UPDATE meetings SET starts_at = '2026-06-11 02:00:00' WHERE id = {meeting}",
        "attendance",
        "，日期：原存 2026-06-15，应为 会议 {meeting} 的 2026-06-11",
    ),
    "a meeting that counts for more": (
        'UPDATE meetings SET items = \'[{{"code": "B04", "quantity": "2"}}]\' WHERE id = {meeting}',
        "attendance",
        "应为 B04 -4 分",
    ),
    "someone who was never on the list": (
        "UPDATE meeting_invitations SET member_id = {zhou_yu} WHERE meeting_id = {meeting} AND member_id = {sun_li}",
        "attendance",
        "会议 {meeting} 与台账记录（党员 {sun_li} 第 ",
    ),
    "a meeting gone": (
        "DELETE FROM meetings WHERE id = {meeting}",
        "attendance",
        "，来源：原存 会议 {meeting}，应为 无",
    ),
    "a decision on somebody else": (
        "UPDATE decisions SET member_id = {wang_fang} WHERE id = {decision}",
        "postings",
        "，来源：原存 支部决定 {decision}，应为 关于该党员的支部决定",
    ),
    "a decision that counts twice": (
        "UPDATE decisions SET times = 2 WHERE id = {decision}",
        "postings",
        "支部决定 {decision}（党员 {zhang_min}）与台账记录",
    ),
    "a reversal of more than there was": (
        "UPDATE point_entries SET points = points - 10000 WHERE source_kind = 'reversal'",
        "postings",
        "与被冲销的第 ",
    ),
    "an entry with another clause": (
        "UPDATE point_entries SET clause = '另一条' WHERE " + OF_CLAIM,
        "postings",
        "，条款：原存 另一条",
    ),
    "an entry on a day outside the managed range": (
        "INSERT INTO filings (id, root_id, subject_kind, subject_id, title, from_organization_id, to_organization_id, "
        "status, submitted_by, submitted_at, decided_by, decided_at) VALUES (77, {root}, 'exemption', 77, '备案', "
        "{branch}, {branch}, 'received', 1, '2026-01-02 00:00:00', 1, '2026-01-02 00:00:00');"
        "INSERT INTO exemptions (id, member_id, organization_id, reason, studied_on, studied_note, studied_by, "
        "from_date, filing_id, created_at) VALUES (77, {zhang_min}, {branch}, '出国', '2026-01-01', '', 1, "
        "'2026-01-02', 77, '2026-01-01 00:00:00')",
        "postings",
        "，日期：原存 2026-06-01，应为 不在 2026-01-02 起不列入管理范围的日子里",
    ),
    "a suspended decision in force again": (
        "UPDATE negative_decisions SET status = 'in_force' WHERE id = {negative}",
        "negatives",
        "负面清单决定 {negative}（党员 {zhou_yu}），状态：原存 生效，应为 暂停",
    ),
    "a suspension without a trace": (
        "DELETE FROM negative_changes WHERE decision_id = {negative}",
        "negatives",
        "负面清单决定 {negative}（党员 {zhou_yu}），状态：原存 暂停，应为 生效",
    ),
    "a status that there is not": (
        "UPDATE claims SET status = 'blessed' WHERE id = {claim}",
        "claims",
        "申报 {claim}（党员 {zhang_min}），状态：原存 blessed",
    ),
    "an attendance of no known kind": (
        "UPDATE attendances SET state = 'perhaps' WHERE meeting_id = {meeting}",
        "attendance",
        "会议考勤：有内容无法解读，核对在此中断",
    ),
    "a decision confirmed by who entered it": (
        "UPDATE negative_decisions SET confirmed_by = entered_by WHERE id = {negative}",
        "negatives",
        "，确认人：原存 ",
    ),
    "a change confirmed by who proposed it": (
        "UPDATE negative_changes SET changed_by = (SELECT entered_by FROM negative_decisions WHERE id = {negative})"
        " WHERE decision_id = {negative} AND step = 'confirmed'",
        "negatives",
        "，变更确认人：原存 ",
    ),
}


@pytest.fixture
def told(books: Books, cast: Cast) -> dict[str, object]:
    """The names that the edits use."""
    members = {name: person.member_id for name, person in cast.people.items()}
    accounts = {f"{name}_account": person.account_id for name, person in cast.people.items()}
    return {**members, **accounts, **asdict(books), "root": cast.root, "branch": cast.branch}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_named_though_every_chain_was_made_anew(
    edit: str, engine: Engine, settings: Settings, unprotected: Session, told: dict[str, object]
) -> None:
    statements, proof, words = EDITS[edit]
    edit_by_hand(engine, statements.format(**told))
    chain_anew(unprotected)
    assert "ledger" not in found(engine, settings, "ledger")
    assert any(words.format(**told) in sentence for sentence in found(engine, settings, *BESIDE).get(proof, [])), found(
        engine, settings, *BESIDE
    )


def test_a_deduction_of_dues_that_is_gone_is_missed(
    engine: Engine, settings: Settings, unprotected: Session, books: Books
) -> None:
    """Of the youngest entry, so that the chain can be made to end before it."""
    unprotected.execute(
        text("DELETE FROM point_entries WHERE source_kind = 'dues' AND source_id = :id"), {"id": books.dues}
    )
    unprotected.commit()
    assert f"党费 {books.dues}（" in found(engine, settings, "dues")["dues"][0]
    assert "台账记录：原存 无，应为 “逾期”须扣分" in found(engine, settings, "dues")["dues"][0]


def test_nobody_is_accused_of_what_a_change_of_the_roster_explains(
    engine: Engine, settings: Settings, unprotected: Session, books: Books, cast: Cast
) -> None:
    """孙丽 moved to another branch, recorded afterwards for a day before the meeting: her miss stands until it is
    corrected, and is no forgery."""
    later = datetime(2026, 6, 20, tzinfo=UTC)
    for statement in (
        "UPDATE memberships SET organization_id = {other} WHERE member_id = {sun_li}",
        "UPDATE members SET updated_at = '{later}' WHERE id = {sun_li}",
    ):
        words = statement.format(other=cast.other_branch, sun_li=cast.sun_li.member_id, later=f"{later:%F %T}")
        unprotected.connection().exec_driver_sql(words)
    unprotected.commit()
    assert found(engine, settings, "attendance") == {}


def test_a_proof_asks_as_often_for_many_members_as_for_few(
    engine: Engine, settings: Settings, session: Session, books: Books
) -> None:
    session.rollback()
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    counts = {}
    for name in BESIDE:
        asked.clear()
        assert found(engine, settings, name) == {}
        counts[name] = sum("SELECT" in statement for statement in asked)
    event.remove(engine, "before_cursor_execute", note)
    assert max(counts.values()) <= 14, counts
