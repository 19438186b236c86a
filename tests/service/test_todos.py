"""待办: what waits with an officer, counted as the digest counts it and as the decisions are routed."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.claims import review
from server.claims import service as claims
from server.claims.contents import Participant
from server.claims.models import OpinionKind
from server.dues import service as dues
from server.dues.rules import months_to_register
from server.dues.service import Payment
from server.identity.models import Grant
from server.meetings.leave import service as leave
from server.meetings.leave.service import LeaveRequest
from server.meetings.models import Leave
from server.organizations.officers import Officers
from server.pushes.rules import PushStatus
from server.standards.rules import LeaveKind
from server.statements.rules import StatementStatus
from server.todos.digest import waiting_with
from server.todos.queries import Todo, todos_of
from tests.cast import NOW, TODAY, Cast, Person
from tests.claiming import VOLUNTEERING, submitted
from tests.meeting import make_meeting
from tests.pushed import add_push
from tests.pushing import make_statement

DIGESTED = ("claims", "leaves", "rosters", "statements")
PAID = Payment(due_cents=1000, paid_cents=1000, paid_on=date(2026, 5, 20))


def of_kind(session: Session, person: Person, kind: str) -> list[Todo]:
    session.commit()
    return [todo for todo in todos_of(session, person.actor, now=NOW) if todo.kind == kind]


def asked(session: Session, cast: Cast, person: Person) -> Leave:
    meeting = make_meeting(session, cast)
    return leave.ask(
        session,
        member_id=person.member_id,
        meeting_id=meeting.id,
        wish=LeaveRequest(LeaveKind.sick, "发烧"),
        actor=person.actor,
        account_id=person.account_id,
        now=NOW,
    )


def much_waits(session: Session, cast: Cast) -> None:
    for person in (cast.zhang_min, cast.zhang_min, cast.wang_fang, cast.li_wei, cast.zhao_qiang, cast.wu_gang):
        submitted(session, person)
    submitted(session, cast.zhang_min, participants=[Participant(cast.sun_li.member_id, 2)], people=2)
    asked(session, cast, cast.zhang_min)
    asked(session, cast, cast.li_wei)
    make_meeting(session, cast, starts_at=NOW - timedelta(days=2))
    make_meeting(
        session,
        cast,
        organization_id=cast.other_branch,
        invited={cast.other_branch: [cast.zhou_yu]},
        starts_at=NOW - timedelta(days=1),
    )
    make_statement(session, cast, {"zhang_min": ("70", None, 1)})


def test_each_officer_has_to_do_what_the_digest_tells_him(session: Session, cast: Cast) -> None:
    much_waits(session, cast)
    session.commit()
    digest = {
        each.officer.account_id: each.counts
        for each in waiting_with(session, Officers(session, cast.root, TODAY), now=NOW)
    }
    for person in cast.people.values():
        counts = Counter[str]()
        for todo in todos_of(session, person.actor, now=NOW):
            if todo.kind in DIGESTED:
                counts[todo.kind] += todo.count
        assert counts == digest.get(person.account_id, Counter()), person.name
    assert digest[cast.li_wei.account_id]["claims"] == 4


def test_a_members_own_claim_and_leave_never_wait_with_himself(session: Session, cast: Cast) -> None:
    submitted(session, cast.li_wei)
    asked(session, cast, cast.li_wei)
    kinds = {todo.kind for todo in todos_of(session, cast.li_wei.actor, now=NOW)}
    assert not kinds & {"claims", "leaves"}
    assert {todo.kind for todo in todos_of(session, cast.wang_fang.actor, now=NOW)} >= {
        "claims",
        "leaves",
    }


def test_a_claim_never_waits_with_the_officer_who_wrote_it(session: Session, cast: Cast) -> None:
    member_id, writer = cast.zhang_min.member_id, cast.wang_fang.actor
    claim = claims.create_draft(
        session, member_id=member_id, actor=writer, contents=VOLUNTEERING, now=NOW, on_behalf_reason="不用手机"
    )
    claims.submit(session, claim_id=claim.id, actor=writer, version=1, now=NOW)
    assert of_kind(session, cast.wang_fang, "claims") == []
    assert [todo.count for todo in of_kind(session, cast.li_wei, "claims")] == [1]


def test_the_first_of_each_kind_is_named(session: Session, cast: Cast) -> None:
    late = submitted(session, cast.zhang_min)
    early = submitted(session, cast.sun_li, now=NOW - timedelta(days=3))
    (claims,) = of_kind(session, cast.li_wei, "claims")
    assert late.id < early.id
    assert claims == Todo("claims", cast.branch, 2, early.id, date(2026, 6, 15))
    statement = make_statement(session, cast, {})
    (statements,) = of_kind(session, cast.li_wei, "statements")
    assert statements == Todo("statements", cast.branch, 1, statement.id, statement.confirm_by)
    meeting = make_meeting(session, cast, starts_at=NOW - timedelta(days=2))
    (rosters,) = of_kind(session, cast.li_wei, "rosters")
    assert rosters == Todo("rosters", cast.branch, 1, meeting.id, meeting.day)


def test_what_a_branch_cannot_decide_waits_with_who_is_above(session: Session, cast: Cast) -> None:
    submitted(session, cast.zhang_min)
    assert of_kind(session, cast.chen_jing, "claims") == []
    for grant in session.scalars(select(Grant).where(Grant.organization_id == cast.branch)):
        grant.until_date = TODAY
    (claims,) = of_kind(session, cast.chen_jing, "claims")
    assert (claims.organization_id, claims.count) == (cast.branch, 1)
    assert of_kind(session, cast.organization_department, "claims") == []


@pytest.mark.parametrize("name", ["zhang_min", "zhou_yu", "inspector", "administrator", "stranger"])
def test_who_holds_no_office_that_decides_has_nothing_to_do(session: Session, cast: Cast, name: str) -> None:
    much_waits(session, cast)
    add_push(session, cast, cast.zhang_min, status=PushStatus.unreachable)
    assert todos_of(session, cast.people[name].actor, now=NOW) == []


def test_dues_wait_until_the_last_of_the_branch_is_registered(session: Session, cast: Cast) -> None:
    people = (cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li)
    for registered, person in enumerate(people):
        assert of_kind(session, cast.wang_fang, "dues") == [
            Todo("dues", cast.branch, 4 - registered, first_day=date(2026, 5, 31))
        ]
        dues.register(
            session,
            member_id=person.member_id,
            month="2026-05",
            payment=PAID,
            account_id=(cast.li_wei if person is cast.wang_fang else cast.wang_fang).account_id,
            now=NOW,
        )
    assert of_kind(session, cast.wang_fang, "dues") == []
    assert of_kind(session, cast.chen_jing, "dues") == []


def test_a_month_waits_for_its_dues_from_the_day_on_which_members_are_reminded() -> None:
    assert months_to_register(date(2026, 6, 24)) == ["2026-05"]
    assert months_to_register(date(2026, 6, 25)) == ["2026-05", "2026-06"]
    assert months_to_register(date(2027, 1, 1)) == ["2026-12"]


def test_who_was_not_reached_waits_to_be_told(session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.zhang_min, status=PushStatus.unreachable)
    add_push(session, cast, cast.zhang_min, subject="2026-04", status=PushStatus.unknown)
    add_push(session, cast, cast.zhang_min, subject="2026-03", status=PushStatus.unreachable, told_at=NOW)
    add_push(session, cast, cast.zhou_yu, status=PushStatus.unreachable)
    assert of_kind(session, cast.li_wei, "unreached") == [Todo("unreached", cast.branch, 2)]
    assert of_kind(session, cast.chen_jing, "unreached") == []


def test_a_representative_is_asked_for_his_opinion_until_he_gave_it(session: Session, cast: Cast) -> None:
    first, _second = submitted(session, cast.zhang_min), submitted(session, cast.li_wei)
    assert of_kind(session, cast.representative, "opinions") == [Todo("opinions", cast.branch, 2, first.id)]
    review.add_opinion(
        session, claim_id=first.id, kind=OpinionKind.opinion, actor=cast.representative.actor, words="属实", now=NOW
    )
    (left,) = of_kind(session, cast.representative, "opinions")
    assert left.count == 1


def test_what_was_decided_waits_no_longer(session: Session, cast: Cast) -> None:
    make_statement(session, cast, {}, status=StatementStatus.confirmed)
    claim = submitted(session, cast.zhang_min)
    review.open_for_review(session, claim_id=claim.id, actor=cast.sun_li.actor, now=NOW)
    review.reject(
        session, claim_id=claim.id, actor=cast.sun_li.actor, version=claim.version, reason="与本人无关", now=NOW
    )
    kinds = {todo.kind for todo in todos_of(session, cast.li_wei.actor, now=NOW)}
    assert kinds == {"dues"}
