"""Posting, taking back, opening years: what the ledger and the scores look like afterwards."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.organizations.events import MembersJoined, MemberTransferred, StageChanged
from server.organizations.models import Member, Membership, Stage
from server.points import handlers, queries, service
from server.points.models import EntryText, PointEntry, Score, SourceKind
from server.points.scores import queries as reading
from server.points.scores.queries import explain
from server.points.service import Posting
from server.standards import service as standards
from server.standards.default import default_document
from server.standards.events import StandardPublished
from server.standards.rules import Audience
from tests.at_once import race
from tests.cast import NOW, TODAY, YEAR_START, Cast
from tests.exempting import exempt
from tests.refusing import refused
from tests.standards import altered, publish

D = Decimal
MARCH = date(2026, 3, 5)


def claim(member_id: int, source_id: int = 1, code: str = "C04", points: str = "1", **more: Any) -> Posting:
    fields: dict[str, Any] = {"occurred_on": MARCH, "source_kind": SourceKind.claim}
    return Posting(member_id=member_id, item_code=code, source_id=source_id, points=D(points), **fields | more)


def miss(member_id: int, source_id: int = 1, **more: Any) -> Posting:
    return claim(member_id, source_id, "B01", "-3", source_kind=SourceKind.meeting, **more)


def figures(session: Session, member_id: int, year: int = 2026) -> dict[str, Decimal]:
    return {row.section: row.points for row in reading.stored(session, member_id=member_id, year=year)}


def entries(session: Session, member_id: int) -> list[PointEntry]:
    rows = select(PointEntry).where(PointEntry.member_id == member_id).order_by(PointEntry.seq)
    return list(session.scalars(rows))


def move(session: Session, member_id: int, to: int, on: date) -> None:
    before = session.scalars(select(Membership).where(Membership.member_id == member_id)).all()[-1]
    before.until_date = on
    session.add(Membership(member_id=member_id, organization_id=to, from_date=on))
    session.flush()
    handlers.member_transferred(session, MemberTransferred(member_id, before.organization_id, to, on, NOW))


def test_the_first_posting_opens_the_year_and_sets_the_score(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    (entry,) = service.post(session, [claim(member_id)], now=NOW)
    assert figures(session, member_id) == {"": D(59), "base": D(58), "contribution": D(1)}
    assert (entry.organization_id, entry.standard_id, entry.year) == (cast.branch, cast.standard_id, 2026)
    assert entry.clause.startswith("《实施方案》二（二）")
    assert [e.occurred_on for e in entries(session, member_id)[:-1]] == [YEAR_START] * 8


def test_replaying_postings_in_any_order_returns_the_first_entries(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    postings = [claim(member_id, 1), claim(member_id, 2), miss(member_id)]
    first = service.post(session, postings, now=NOW)
    again = service.post(session, postings[::-1] + postings, now=NOW + timedelta(days=1))
    assert [e.seq for e in again] == [e.seq for e in first[::-1] + first]
    assert figures(session, member_id)[""] == D(57)


def test_one_batch_that_names_a_source_twice_pays_once(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    first, second = service.post(session, [claim(member_id), claim(member_id)], now=NOW)
    assert first.seq == second.seq


def test_another_revision_of_the_same_source_posts_again(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    (entry,) = service.post(session, [miss(member_id)], now=NOW)
    service.reverse(session, member_id=member_id, seq=entry.seq, reason="重新结算", decided_by=None, now=NOW)
    service.post(session, [replace(miss(member_id), revision=2)], now=NOW)
    assert figures(session, member_id)["base"] == D(55)


def test_a_reversal_carries_the_day_of_the_fact_and_restores_the_score(session: Session, cast: Cast) -> None:
    member_id, secretary = cast.zhang_min.member_id, cast.li_wei.account_id
    (entry,) = service.post(session, [miss(member_id)], now=NOW)
    back = service.reverse(session, member_id=member_id, seq=entry.seq, reason="已请假", decided_by=secretary, now=NOW)
    assert (back.points, back.occurred_on, back.reverses_seq) == (D(3), MARCH, entry.seq)
    assert figures(session, member_id)["base"] == D(58)
    words = session.get_one(EntryText, (member_id, back.seq))
    assert words.text == "已请假"


def test_reversing_twice_is_reversing_once(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    (entry,) = service.post(session, [claim(member_id)], now=NOW)
    backs = [
        service.reverse(session, member_id=member_id, seq=entry.seq, reason=str(n), decided_by=None, now=NOW)
        for n in range(2)
    ]
    assert backs[0].seq == backs[1].seq


def test_openings_and_reversals_cannot_be_reversed(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    (entry,) = service.post(session, [claim(member_id)], now=NOW)
    back = service.reverse(session, member_id=member_id, seq=entry.seq, reason="误", decided_by=None, now=NOW)
    for seq in (1, back.seq):
        again = partial(service.reverse, session, member_id=member_id, seq=seq, reason="误", decided_by=None, now=NOW)
        refused("not_reversible", again)


def test_what_is_not_there_cannot_be_reversed(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    refused(
        "not_found",
        lambda: service.reverse(session, member_id=member_id, seq=99, reason="误", decided_by=None, now=NOW),
    )


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unknown_item", {"item_code": "X99"}),
        ("item_not_applicable", {"item_code": "C01b", "level": "national"}),
        ("no_membership", {"occurred_on": date(2025, 12, 31)}),
        ("points_out_of_range", {"points": D(-1)}),
        ("points_out_of_range", {"item_code": "B01"}),
        ("points_out_of_range", {"item_code": "C01a", "level": "university", "points": D(3)}),
        ("points_out_of_range", {"item_code": "C01a", "level": None}),
        ("points_out_of_range", {"item_code": "B07"}),
    ],
)
def test_what_the_standard_does_not_know_is_refused(
    session: Session, cast: Cast, code: str, changes: dict[str, Any]
) -> None:
    posting = replace(claim(cast.zhang_min.member_id), **changes)
    refused(code, lambda: service.post(session, [posting], now=NOW))


def test_points_finer_than_a_ten_thousandth_are_rounded_half_up(session: Session, cast: Cast) -> None:
    (entry,) = service.post(session, [claim(cast.zhang_min.member_id, points="0.33345")], now=NOW)
    assert entry.points == D("0.3335")


def test_during_an_exemption_nothing_posts_and_the_score_stays(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    service.post(session, [claim(member_id)], now=NOW)
    exempt(session, cast, member_id, date(2026, 4, 1), until=date(2026, 5, 1))
    during = claim(member_id, 2, occurred_on=date(2026, 4, 30))
    refused("member_exempt", lambda: service.post(session, [during], now=NOW))
    service.post(session, [claim(member_id, 3, occurred_on=date(2026, 5, 1))], now=NOW)
    assert figures(session, member_id)[""] == D(60)


def test_a_member_exempt_all_year_gets_no_openings(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    exempt(session, cast, member_id, date(2025, 4, 1), until=None)
    service.open_year(session, member_ids=[member_id], year=2026, now=NOW)
    assert entries(session, member_id) == []


def test_newcomers_get_the_full_opening_on_the_day_they_came(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    session.scalars(select(Membership).where(Membership.member_id == member_id)).one().from_date = TODAY
    handlers.members_joined(session, MembersJoined((member_id,), TODAY, NOW))
    assert {e.occurred_on for e in entries(session, member_id)} == {TODAY}
    assert figures(session, member_id)[""] == D(58)


def test_opening_a_year_again_adds_nothing(session: Session, cast: Cast) -> None:
    member_ids = [person.member_id for person in cast.people.values() if person.member_id]
    for _ in range(2):
        service.open_year(session, member_ids=member_ids, year=2026, now=NOW)
    assert session.scalar(select(func.count()).select_from(PointEntry)) == 8 * len(member_ids)


def test_a_new_year_opens_with_its_opening_points_alone(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    service.post(session, [claim(member_id)], now=NOW)
    standards.install_default(session, organization_id=cast.root, year=2027, published_by=None, now=NOW)
    service.open_year(session, member_ids=[member_id], year=2027, now=NOW)
    assert figures(session, member_id, 2027)[""] == D(58)
    assert figures(session, member_id, 2026)[""] == D(59)


def test_a_transfer_keeps_the_points_and_rebases_openings_on_its_day(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    publish(session, cast.foreign_branch, altered(B01={"cap": D(9)}, B02={"cap": D(9)}))
    service.post(session, [claim(member_id), miss(member_id)], now=NOW)
    move(session, member_id, cast.foreign_branch, TODAY)
    steps = {e.item_code: (e.points, e.occurred_on) for e in entries(session, member_id) if e.seq > 10}
    assert steps == {"B01": (D(-3), TODAY), "B02": (D(3), TODAY)}
    assert figures(session, member_id) == {"": D(56), "base": D(55), "contribution": D(1)}
    row = reading.stored(session, member_id=member_id, year=2026)[0]
    assert row.organization_id == cast.foreign_branch


def test_transferring_back_rebases_back(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    publish(session, cast.foreign_branch, altered(B01={"cap": D(9)}, B02={"cap": D(9)}))
    service.post(session, [miss(member_id)], now=NOW)
    for day, to in ((17, cast.foreign_branch), (18, cast.branch), (19, cast.foreign_branch), (20, cast.branch)):
        move(session, member_id, to, date(2026, 6, day))
    assert figures(session, member_id)["base"] == D(55)


def test_a_transfer_under_the_same_standard_posts_nothing(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    service.post(session, [claim(member_id)], now=NOW)
    count = len(entries(session, member_id))
    move(session, member_id, cast.foreign_branch, TODAY)
    assert len(entries(session, member_id)) == count


def test_an_entry_keeps_its_item_when_the_new_standard_has_none(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    document = altered(B04={"cap": D(22)})
    without = document.model_copy(update={"items": tuple(i for i in document.items if i.code not in ("C04", "B01"))})
    publish(session, cast.foreign_branch, without)
    service.post(session, [claim(member_id), miss(member_id)], now=NOW)
    move(session, member_id, cast.foreign_branch, TODAY)
    assert figures(session, member_id) == {"": D(59), "base": D(58), "contribution": D(1)}
    explained = explain(session, member_id=member_id, year=2026, as_of=NOW)
    titles = [line.title for section in explained.sections for line in section.lines]
    assert "联系服务师生群众（志愿、结对）（原标准）" in titles


def test_an_entry_keeps_its_method_when_the_new_standard_counts_its_item_otherwise(
    session: Session, cast: Cast
) -> None:
    member_id = cast.zhang_min.member_id
    publish(session, cast.foreign_branch, altered(B01={"method": "earn", "cap": D(12)}))
    service.post(session, [miss(member_id)], now=NOW)
    move(session, member_id, cast.foreign_branch, TODAY)
    service.post(session, [claim(member_id, 5, "B01", "2", occurred_on=TODAY)], now=NOW)
    assert figures(session, member_id)["base"] == D(48)


def test_a_change_of_stage_keeps_the_openings(session: Session, cast: Cast) -> None:
    member_id = cast.zhou_yu.member_id
    service.open_year(session, member_ids=[member_id], year=2026, now=NOW)
    before = len(entries(session, member_id))
    session.get_one(Member, member_id).stage = Stage.full
    handlers.stage_changed(session, StageChanged(member_id, Stage.probationary, Stage.full, TODAY, NOW))
    assert len(entries(session, member_id)) == before


def test_an_activist_who_becomes_probationary_starts_on_the_members_standard(session: Session, cast: Cast) -> None:
    member_id = cast.zhou_yu.member_id
    session.get_one(Member, member_id).stage = Stage.activist
    publish(session, cast.root, default_document().model_copy(update={"audience": Audience.activists}))
    service.post(session, [claim(member_id), miss(member_id)], now=NOW)
    assert figures(session, member_id)[""] == D(56)
    session.get_one(Member, member_id).stage = Stage.probationary
    handlers.stage_changed(session, StageChanged(member_id, Stage.activist, Stage.probationary, TODAY, NOW))
    assert figures(session, member_id)[""] == D(58)
    assert len(entries(session, member_id)) == 8 + 2 + 8


def test_a_standard_published_for_a_branch_rebases_its_members_at_once(session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    service.open_year(session, member_ids=[member_id], year=2026, now=NOW)
    standard = publish(session, cast.branch, altered(B01={"cap": D(10)}, B02={"cap": D(8)}))
    handlers.standard_published(session, StandardPublished(standard.id, cast.branch, 2026, NOW))
    last = entries(session, member_id)[-2:]
    assert [(e.item_code, e.points, e.occurred_on) for e in last] == [("B01", D(-2), TODAY), ("B02", D(2), TODAY)]


def test_joint_decisions_find_their_entries_by_source(session: Session, cast: Cast) -> None:
    people = [cast.zhang_min.member_id, cast.wang_fang.member_id]
    service.post(session, [claim(member_id, 7) for member_id in people], now=NOW)
    found = queries.entries_of_sources(session, source_kind=SourceKind.claim, source_ids=[7])
    assert [entry.member_id for entry in found] == sorted(people)


def test_reading_before_anything_is_posted_shows_the_openings_that_are_due(session: Session, cast: Cast) -> None:
    explained = explain(session, member_id=cast.zhang_min.member_id, year=2026, as_of=NOW)
    assert explained.score.total == 58
    assert entries(session, cast.zhang_min.member_id) == []


def test_an_explanation_names_clause_words_decider_and_what_was_taken_back(session: Session, cast: Cast) -> None:
    member_id, secretary = cast.zhang_min.member_id, cast.li_wei.account_id
    (entry,) = service.post(session, [claim(member_id, decided_by=secretary, text="属实")], now=NOW)
    back = service.reverse(session, member_id=member_id, seq=entry.seq, reason="误批", decided_by=secretary, now=NOW)
    explained = explain(session, member_id=member_id, year=2026, as_of=NOW)
    line = next(line for section in explained.sections for line in section.lines if line.score.code == "C04")
    first, second = line.entries
    assert (first.text, first.decided_by, first.reversed_by, first.share) == ("属实", "李伟", back.seq, None)
    assert (second.text, second.entry.reverses_seq) == ("误批", entry.seq)
    assert line.clause.startswith("《实施方案》")


def test_two_at_once_post_one_source_once(engine: Engine, cast: Cast) -> None:
    member_ids = [cast.zhang_min.member_id, cast.wang_fang.member_id]
    postings = [claim(member_id, 9) for member_id in member_ids]
    works = [partial(service.post, postings=each, now=NOW) for each in (postings, postings[::-1])]
    assert race(engine, *works) == ["done"] * 2
    with Session(engine) as session:
        assert [len(entries(session, member_id)) for member_id in member_ids] == [9, 9]
        assert figures(session, member_ids[0])[""] == D(59)


def test_four_at_once_keep_one_chain(engine: Engine, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    postings = [[claim(member_id, number)] for number in range(1, 5)]
    assert race(engine, *(partial(service.post, postings=posting, now=NOW) for posting in postings)) == ["done"] * 4
    with Session(engine) as session:
        assert [entry.seq for entry in entries(session, member_id)] == list(range(1, 13))
        assert figures(session, member_id)[""] == D(62)


def test_two_at_once_reverse_once(engine: Engine, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    with Session(engine) as session:
        (entry,) = service.post(session, [claim(member_id)], now=NOW)
        seq = entry.seq
        session.commit()
    reverse = partial(service.reverse, member_id=member_id, seq=seq, reason="误", decided_by=None, now=NOW)
    assert race(engine, reverse, reverse) == ["done"] * 2
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(PointEntry.reverses_seq == seq)) == 1
        assert figures(session, member_id)[""] == D(58)


def test_scores_are_one_row_per_section(session: Session, cast: Cast) -> None:
    service.post(session, [claim(cast.zhang_min.member_id, n) for n in range(1, 4)], now=NOW)
    assert session.scalar(select(func.count()).select_from(Score)) == 3
