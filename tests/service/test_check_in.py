"""The write behind check-in: who is let in and why not, repeats, leaves, helpers, guests, a settlement beside it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from server.meetings.check_in import exchange, helping
from server.meetings.check_in import service as check_in
from server.meetings.check_in.codes import STEPS_THAT_COUNT, code_of, digits_of, meeting_key, step_at
from server.meetings.check_in.service import NOBODY, Answer, Recorded, Scan
from server.meetings.check_in.tickets import Ticket, read_ticket
from server.meetings.models import Attendance, DigitTries, GuestVisit, Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus, MeetingStatus, Via
from server.organizations.models import Member
from server.organizations.service import create_root
from server.standards.rules import LeaveKind
from tests.at_once import at_once, until_waiting
from tests.cast import NOW, Cast, Person
from tests.counting import counted
from tests.meeting import make_meeting
from tests.refusing import refused
from tests.waiting import LONG

SECRET = b"s" * 32
_numbers = count(1)


@pytest.fixture
def meeting(session: Session, cast: Cast) -> Meeting:
    return make_meeting(session, cast, observers=[cast.chen_jing])


def scan_of(meeting: Meeting, person: Person, **changes: Any) -> Scan:
    number = next(_numbers)
    scan = Scan(
        scan_id=f"{number:032x}",
        public_id=meeting.public_id,
        ticket_id=f"{number:032x}",
        scanned_at=NOW,
        root_id=person.actor.root_id,
        member_id=person.member_id,
        account_id=person.account_id,
        via=Via.qr,
    )
    return replace(scan, **changes)


def write(session: Session, *scans: Scan) -> list[Answer]:
    answers = check_in.write(session, scans, now=NOW + timedelta(seconds=5))
    session.commit()
    return answers


def result(answer: Answer) -> str:
    return answer.result if isinstance(answer, Recorded) else answer.code


def recorded(answer: Answer) -> Recorded:
    assert isinstance(answer, Recorded), answer
    return answer


def refusal(answer: Answer) -> DomainError:
    assert isinstance(answer, DomainError), answer
    return answer


def leave_of(session: Session, meeting: Meeting, person: Person, status: LeaveStatus) -> Leave:
    leave = Leave(
        meeting_id=meeting.id,
        member_id=person.member_id,
        roster_id=session.scalars(select(Roster.id).where(Roster.meeting_id == meeting.id)).one(),
        kind=LeaveKind.sick,
        reason="发热",
        status=status,
        asked_by=person.account_id,
        asked_at=NOW,
    )
    session.add(leave)
    session.commit()
    return leave


def attendance(session: Session, meeting: Meeting, person: Person) -> Attendance | None:
    return session.get(Attendance, (meeting.id, person.member_id), populate_existing=True)


def test_a_scan_is_recorded_with_when_it_was_seen_and_when_it_was_written(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    scan = scan_of(meeting, cast.zhang_min)
    (answer,) = write(session, scan)
    assert recorded(answer).checked_in_at == NOW
    row = attendance(session, meeting, cast.zhang_min)
    assert row is not None
    assert (row.scanned_at, row.recorded_at) == (NOW, NOW + timedelta(seconds=5))
    assert (row.scan_id, row.ticket_id, row.via) == (scan.scan_id, scan.ticket_id, "qr")


def test_an_observer_checks_in_like_anyone(session: Session, cast: Cast, meeting: Meeting) -> None:
    assert [result(answer) for answer in write(session, scan_of(meeting, cast.chen_jing))] == ["checked_in"]


@pytest.mark.parametrize(
    ("of_meeting", "expected"),
    [
        (lambda m: m.opens_at - timedelta(microseconds=1), "too_early"),
        (lambda m: m.opens_at, "checked_in"),
        (lambda m: m.late_after, "checked_in"),
        (lambda m: m.late_after + timedelta(microseconds=1), "late"),
        (lambda m: m.closes_at, "late"),
        (lambda m: m.closes_at + timedelta(microseconds=1), "closed"),
    ],
)
def test_the_moment_of_the_scan_decides(
    session: Session, cast: Cast, meeting: Meeting, of_meeting: Callable[[Meeting], datetime], expected: str
) -> None:
    (answer,) = write(session, scan_of(meeting, cast.zhang_min, scanned_at=of_meeting(meeting)))
    assert result(answer) == expected
    if isinstance(answer, DomainError):
        assert set(answer.detail) == {"opens_at", "closes_at"}


@pytest.mark.parametrize(
    ("status", "expected"), [(MeetingStatus.settled, "closed"), (MeetingStatus.cancelled, "meeting_cancelled")]
)
def test_a_meeting_that_is_over_or_called_off_takes_nobody(
    session: Session, cast: Cast, meeting: Meeting, status: MeetingStatus, expected: str
) -> None:
    write(session, scan_of(meeting, cast.wang_fang))
    meeting.status = status
    session.commit()
    answers = write(session, scan_of(meeting, cast.zhang_min), scan_of(meeting, cast.wang_fang))
    assert [result(answer) for answer in answers] == [expected, "already_checked_in"]


def test_writing_the_same_scan_again_gives_the_same_answer(session: Session, cast: Cast, meeting: Meeting) -> None:
    scan = scan_of(meeting, cast.zhang_min)
    assert write(session, scan) == write(session, scan)


def test_a_repeat_answers_with_the_first_record(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, scan_of(meeting, cast.zhang_min))
    (again,) = write(session, scan_of(meeting, cast.zhang_min, scanned_at=meeting.closes_at, via=Via.digits))
    assert result(again) == "already_checked_in"
    assert (recorded(again).state, recorded(again).via, recorded(again).checked_in_at) == ("present", "qr", NOW)


def test_the_statements_are_the_same_few_however_many_scan(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting
) -> None:
    other = make_meeting(session, cast)
    people = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    with counted(engine) as statements:
        answers = write(session, *(scan_of(each, person) for person in people for each in (meeting, other)))
    assert {result(answer) for answer in answers} == {"checked_in"}
    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) == 5


def test_the_statements_are_the_same_few_however_many_guests_come(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting
) -> None:
    other = make_meeting(session, cast)
    people = [cast.wu_gang, cast.zhao_qiang, cast.zhou_yu, cast.he_hua]
    for _ in range(2):
        scans = [scan_of(each, person, as_guest=True) for person in people for each in (meeting, other)]
        with counted(engine) as statements:
            answers = write(session, *scans)
        assert {result(answer) for answer in answers} == {"guest_waiting"}
        assert len([statement for statement in statements if not statement.startswith("BEGIN")]) == 6
    assert session.scalar(select(func.count()).select_from(GuestVisit)) == 8


def test_who_is_not_invited_learns_whether_he_may_come_as_a_guest(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    ours, foreign = write(session, scan_of(meeting, cast.wu_gang), scan_of(meeting, cast.wu_gang, root_id=10**6))
    assert (refusal(ours).code, refusal(ours).status, refusal(ours).detail) == ("not_invited", 403, {"as_guest": True})
    assert refusal(foreign).detail == {"as_guest": False}
    (refused_guest,) = write(session, scan_of(meeting, cast.wu_gang, root_id=10**6, as_guest=True))
    assert result(refused_guest) == "not_invited"


def test_a_guest_waits_for_the_host_and_is_noted_once(session: Session, cast: Cast, meeting: Meeting) -> None:
    late = meeting.late_after + timedelta(seconds=1)
    for at in (NOW, late):
        twice = [scan_of(meeting, cast.wu_gang, as_guest=True, scanned_at=at) for _ in range(2)]
        for answer in write(session, *twice):
            assert (result(answer), recorded(answer).member_name) == ("guest_waiting", "吴刚")
            assert (recorded(answer).state, recorded(answer).checked_in_at) == ("present", NOW)
    visit = session.scalars(select(GuestVisit)).one()
    assert (visit.member_id, visit.state, visit.confirmed) == (cast.wu_gang.member_id, "present", None)
    assert visit.account_id == cast.wu_gang.account_id
    assert attendance(session, meeting, cast.wu_gang) is None


def test_members_and_guests_of_one_batch_get_their_own_answers(session: Session, cast: Cast, meeting: Meeting) -> None:
    foreign = create_root(session, title="另一所学校党委", now=NOW)
    session.get_one(Member, cast.he_hua.member_id).root_id = foreign.id
    session.commit()
    people = (cast.wu_gang, cast.zhang_min, cast.he_hua, cast.zhou_yu)
    answers = write(session, *(scan_of(meeting, person, as_guest=person is not cast.zhou_yu) for person in people))
    assert [result(answer) for answer in answers] == ["guest_waiting", "checked_in", "not_invited", "not_invited"]
    assert [visit.member_id for visit in session.scalars(select(GuestVisit))] == [cast.wu_gang.member_id]


def test_a_guest_comes_within_the_window_too(session: Session, cast: Cast, meeting: Meeting) -> None:
    late = meeting.closes_at + timedelta(seconds=1)
    (answer,) = write(session, scan_of(meeting, cast.wu_gang, as_guest=True, scanned_at=late))
    assert result(answer) == "closed"


def test_who_is_invited_and_says_guest_is_simply_checked_in(session: Session, cast: Cast, meeting: Meeting) -> None:
    (answer,) = write(session, scan_of(meeting, cast.zhang_min, as_guest=True))
    assert result(answer) == "checked_in"


def test_who_is_on_leave_ends_it_or_is_not_checked_in(session: Session, cast: Cast, meeting: Meeting) -> None:
    leave = leave_of(session, meeting, cast.zhang_min, LeaveStatus.granted)
    assert [result(answer) for answer in write(session, scan_of(meeting, cast.zhang_min))] == ["on_leave"]
    assert attendance(session, meeting, cast.zhang_min) is None
    answers = write(session, scan_of(meeting, cast.zhang_min, end_leave=True))
    assert [result(answer) for answer in answers] == ["checked_in"]
    seen = leave.version
    session.refresh(leave)
    assert (leave.status, leave.version) == (LeaveStatus.withdrawn, seen + 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LeaveStatus.asked, LeaveStatus.withdrawn),
        (LeaveStatus.refused, LeaveStatus.refused),
        (LeaveStatus.withdrawn, LeaveStatus.withdrawn),
    ],
)
def test_a_leave_not_granted_holds_nobody_up(
    session: Session, cast: Cast, meeting: Meeting, before: LeaveStatus, after: LeaveStatus
) -> None:
    leave = leave_of(session, meeting, cast.zhang_min, before)
    assert [result(answer) for answer in write(session, scan_of(meeting, cast.zhang_min))] == ["checked_in"]
    session.refresh(leave)
    assert leave.status == after


def test_a_leave_granted_after_he_came_does_not_hide_his_record(session: Session, cast: Cast, meeting: Meeting) -> None:
    write(session, scan_of(meeting, cast.zhang_min))
    leave_of(session, meeting, cast.zhang_min, LeaveStatus.granted)
    assert [result(answer) for answer in write(session, scan_of(meeting, cast.zhang_min))] == ["already_checked_in"]


def test_a_helper_is_named_and_has_to_be_invited_himself(session: Session, cast: Cast, meeting: Meeting) -> None:
    helped = {"member_id": cast.zhang_min.member_id, "via": Via.helper}
    uninvited = scan_of(meeting, cast.wu_gang, **helped, helper_id=cast.wu_gang.member_id)
    invited = scan_of(meeting, cast.wang_fang, **helped, helper_id=cast.wang_fang.member_id)
    answers = write(session, uninvited, invited)
    assert [result(answer) for answer in answers] == ["not_invited", "checked_in"]
    row = attendance(session, meeting, cast.zhang_min)
    assert row is not None
    assert (row.via, row.account_id) == ("helper", cast.wang_fang.account_id)


def test_numbers_cannot_be_probed_by_helping(session: Session, cast: Cast, meeting: Meeting) -> None:
    """An unknown number, one not invited, and a helper not invited himself: one answer, open or closed."""
    helper = {"via": Via.helper, "helper_id": cast.wang_fang.member_id, "as_guest": True}
    for moment in (NOW, meeting.closes_at + timedelta(seconds=1)):
        answers = write(
            session,
            scan_of(meeting, cast.wang_fang, **helper, member_id=NOBODY, scanned_at=moment),
            scan_of(meeting, cast.wang_fang, **helper, member_id=cast.wu_gang.member_id, scanned_at=moment),
            scan_of(
                meeting,
                cast.wu_gang,
                via=Via.helper,
                helper_id=cast.wu_gang.member_id,
                member_id=cast.zhang_min.member_id,
                scanned_at=moment,
            ),
        )
        assert len({str(refusal(answer).as_json()) for answer in answers}) == 1
        assert refusal(answers[0]).code == "not_invited"


@pytest.mark.parametrize(
    ("who", "number", "via", "whom", "helper"),
    [
        ("zhou_yu", " ｚhang_min ", Via.helper, "zhang_min", "zhou_yu"),
        ("zhou_yu", "zhou_yu", Via.qr, "zhou_yu", None),
        ("zhou_yu", "nobody", Via.helper, None, "zhou_yu"),
        ("chen_jing", "zhang_min", Via.helper, "zhang_min", None),
    ],
)
def test_whose_check_in_it_is(  # noqa: PLR0917
    session: Session,
    cast: Cast,
    meeting: Meeting,
    who: str,
    number: str,
    via: Via,
    whom: str | None,
    helper: str | None,
) -> None:
    """The officer above the host may help without being invited: nobody is asked for in his place."""
    session.execute(update(Member).values(work_number=func.upper(Member.work_number)))
    subject = helping.helped(session, cast.people[who].actor, Ticket(meeting.public_id, "t", NOW), number)
    assert subject == helping.HelpedPerson(
        cast.people[whom].member_id if whom else NOBODY, via, cast.people[helper].member_id if helper else None
    )


def test_a_helper_who_is_no_member_and_no_officer_of_the_host_is_nobody(
    session: Session, cast: Cast, meeting: Meeting
) -> None:
    subject = helping.helped(session, cast.representative.actor, Ticket(meeting.public_id, "t", NOW), "x")
    assert subject.helper_id == NOBODY


def test_who_has_no_member_is_sent_to_bind_first(cast: Cast, meeting: Meeting) -> None:
    for person in (cast.stranger, cast.representative):
        ticket = Ticket(meeting.public_id, "t", NOW)
        refused("not_bound", lambda person=person, ticket=ticket: helping.own(person.actor, ticket))  # type: ignore[misc]


def digits(session: Session, cast: Cast, typed: str, *, person: Person | None = None, now: datetime = NOW) -> str:
    """Return the meeting the ticket is for. What a refusal counted is committed, as the guard does."""
    who = person or cast.zhang_min
    try:
        exchanged = exchange.exchange_digits(
            session, secret_key=SECRET, digits=typed, account_id=who.account_id, member_id=who.member_id, now=now
        )
    except DomainError as refusal:
        if refusal.keep:
            session.commit()
        raise
    session.commit()
    ticket = read_ticket(SECRET, exchanged.ticket)
    assert ticket is not None
    assert ticket.digits
    return ticket.public_id


def shown(meeting: Meeting, at: datetime = NOW) -> str:
    return digits_of(meeting_key(SECRET, meeting.public_id), step_at(at))


def wrong(*meetings: Meeting, at: datetime = NOW) -> str:
    """Return digits that none of the meetings shows about that time."""
    moments = [at + timedelta(seconds=seconds) for seconds in (-20, -10, 0, 10)]
    taken = {shown(meeting, moment) for meeting in meetings for moment in moments}
    return next(text for text in map("{:06}".format, range(100)) if text not in taken)


def full_width(text: str) -> str:
    return text.translate({ord("0") + number: ord("０") + number for number in range(10)})


def test_six_digits_find_the_one_open_meeting_that_shows_them(session: Session, cast: Cast, meeting: Meeting) -> None:
    other = make_meeting(session, cast)
    make_meeting(session, cast, invited={cast.other_branch: [cast.zhou_yu]})
    for each in (meeting, other):
        assert digits(session, cast, shown(each)) == each.public_id
        assert digits(session, cast, f" {full_width(shown(each)[:3])} {shown(each)[3:]}　") == each.public_id
        assert digits(session, cast, shown(each), now=NOW.replace(second=29)) == each.public_id
    refused("code_invalid", lambda: digits(session, cast, shown(meeting), now=NOW.replace(second=30)))


def test_five_wrong_tries_close_the_digits_to_this_account(session: Session, cast: Cast, meeting: Meeting) -> None:
    left = [refused("code_invalid", lambda: digits(session, cast, wrong(meeting))).detail for _ in range(5)]
    assert left == [{"tries_left": number} for number in (4, 3, 2, 1, 0)]
    for typed in (wrong(meeting), shown(meeting)):
        assert refused("too_many_tries", lambda typed=typed: digits(session, cast, typed)).status == 429  # type: ignore[misc]
    assert digits(session, cast, shown(meeting), person=cast.wang_fang) == meeting.public_id
    other = make_meeting(session, cast)
    assert digits(session, cast, shown(other)) == other.public_id
    refused("code_invalid", lambda: digits(session, cast, shown(meeting)))


def test_what_is_no_six_digits_costs_no_try(session: Session, cast: Cast, meeting: Meeting) -> None:
    for typed in ("12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34", "½½½½½½"):
        refused("code_invalid", lambda typed=typed: digits(session, cast, typed))  # type: ignore[misc]
    assert session.scalars(select(DigitTries.wrong)).all() == []


@pytest.mark.parametrize("who", ["zhou_yu", "zhang_min"])
def test_digits_of_a_meeting_that_is_not_his_or_not_open_are_wrong(
    session: Session, cast: Cast, meeting: Meeting, who: str
) -> None:
    now = NOW if who == "zhou_yu" else meeting.closes_at + timedelta(seconds=1)
    refused("code_invalid", lambda: digits(session, cast, shown(meeting, now), person=cast.people[who], now=now))


def test_wrong_tries_sent_at_once_are_counted_one_after_the_other(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting
) -> None:
    def attempt(own: Session) -> str:
        try:
            return digits(own, cast, wrong(meeting))
        except DomainError as refusal:
            return refusal.code

    codes = at_once(*[partial(transaction, engine, attempt)] * 8)
    assert sorted(codes) == ["code_invalid"] * 5 + ["too_many_tries"] * 3


def test_a_code_costs_the_database_nothing_until_its_mac_holds(
    engine: Engine, session: Session, cast: Cast, meeting: Meeting
) -> None:
    statements: list[str] = []
    session.rollback()
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    genuine = code_of(meeting_key(SECRET, meeting.public_id), step_at(NOW))
    old = code_of(meeting_key(SECRET, meeting.public_id), step_at(NOW) - STEPS_THAT_COUNT)
    for text, code in (
        ("", "code_invalid"),
        ("https://example.org/", "code_invalid"),
        (f"{meeting.public_id}.{genuine[:-1]}{'A' if genuine[-1] != 'A' else 'B'}", "code_invalid"),
        (f"other.{genuine}", "code_invalid"),
        (f"{meeting.public_id}.{old}", "code_expired"),
    ):
        act = lambda text=text: exchange.exchange_code(session, secret_key=SECRET, text=text, now=NOW)  # noqa: E731
        refused(code, act)
    assert statements == []


@pytest.mark.parametrize(
    "form",
    [
        "{id}.{code}",
        "{id}?t={code}",
        "https://x.edu.cn/sub/c/{id}?t={code}",
        "/c/{id}?t={code}",
        "https://x.edu.cn/c/{id}?t={code}&from=singlemessage&isappinstalled=0",
        "https://x.edu.cn/c/{id}?t={code}#rd",
        "https://x.edu.cn/c/{id}?from=timeline&t={code}#wechat_redirect",
        "https://x.edu.cn/c/{id}?t={code}?from=groupmessage",
        "https://x.edu.cn/c/{id}?from=timeline?t={code}",
        "https://x.edu.cn/c/{id}/?wxwork_userid=ZhangMin&amp;t={code}&nsukey=a%2Fb%2Bc%3D%3D",
        "https%3A%2F%2Fx.edu.cn%2Fc%2F{id}%3Ft%3D{code}%26from%3Dtimeline",
        " https://x.edu.cn:8443/c/{id}?%74={code}\n",
        "https://x.edu.cn/c/{id}?t=&t={code}",
        "https://x.edu.cn/c/{id}?t={code}。",
    ],
)
def test_every_form_of_a_code_is_read(session: Session, cast: Cast, meeting: Meeting, form: str) -> None:
    code = code_of(meeting_key(SECRET, meeting.public_id), step_at(NOW))
    text = form.format(id=meeting.public_id, code=code)
    exchanged = exchange.exchange_code(session, secret_key=SECRET, text=text, now=NOW)
    assert read_ticket(SECRET, exchanged.ticket) is not None
    assert (exchanged.meeting.host, exchanged.step) == ("教工第一党支部", step_at(NOW))


@pytest.mark.mariadb_only
def test_nobody_slips_in_behind_a_settlement(engine: Engine, session: Session, cast: Cast, meeting: Meeting) -> None:
    scan = scan_of(meeting, cast.zhang_min)

    def act() -> list[Answer]:
        return transaction(engine, lambda own: check_in.write(own, [scan], now=NOW))

    with ThreadPoolExecutor(1) as pool, Session(engine) as settling:
        held = settling.scalars(select(Meeting).where(Meeting.id == meeting.id).with_for_update()).one()
        waiting: Future[list[Answer]] = pool.submit(act)
        until_waiting(engine)
        held.status = MeetingStatus.settled
        settling.commit()
        assert [result(answer) for answer in waiting.result(LONG)] == ["closed"]
    assert attendance(session, meeting, cast.zhang_min) is None


@pytest.mark.mariadb_only
def test_two_workers_at_once_record_a_member_once(engine: Engine, cast: Cast, meeting: Meeting) -> None:
    scans = [scan_of(meeting, person) for person in (cast.zhang_min, cast.wang_fang) for _ in range(8)]

    def act(scan: Scan) -> str:
        (answer,) = transaction(engine, lambda own: check_in.write(own, [scan], now=NOW))
        return result(answer)

    answers = at_once(*(partial(act, scan) for scan in scans))
    assert sorted(answers) == ["already_checked_in"] * 14 + ["checked_in"] * 2
