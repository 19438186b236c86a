"""What an objection may be about, in whose words, and who had a hand in it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.objections.matters import ObjectionMatter, matter_of
from server.objections.rules import Hand, ObjectionSubject
from server.points.models import NegativeDecision, PointEntry, SourceKind
from server.points.scores.rules import NegativeStatus
from server.statements.models import Statement
from tests.boards import cast_statement
from tests.books import Books
from tests.cast import Cast, Person


def _entry(session: Session, person: Person, kind: SourceKind, source_id: int | None = None) -> ObjectionMatter | None:
    query = select(PointEntry.seq).where(PointEntry.member_id == person.member_id, PointEntry.source_kind == kind)
    if source_id is not None:
        query = query.where(PointEntry.source_id == source_id)
    seq = session.scalars(query.order_by(PointEntry.seq.desc())).first()
    assert seq is not None
    return matter_of(session, ObjectionSubject.entry, seq, person.member_id)


def _hands(matter: ObjectionMatter | None, cast: Cast) -> dict[str, Hand]:
    assert matter is not None
    names = {person.account_id: key for key, person in cast.people.items()}
    return {names[each]: hand for each, hand in matter.hands.items()}


def test_of_a_claims_points_the_member_wrote_and_the_secretary_decided(
    session: Session, cast: Cast, books: Books
) -> None:
    matter = _entry(session, cast.zhang_min, SourceKind.claim, books.claim)
    assert matter is not None
    assert matter.title == "联系服务师生群众（志愿、结对） 1.00"
    assert (matter.organization_id, matter.year) == (cast.branch, 2026)
    assert _hands(matter, cast) == {"zhang_min": Hand.recorded, "li_wei": Hand.decided}


def test_of_a_meetings_points_those_count_who_recorded_them_and_who_confirmed_the_list(
    session: Session, cast: Cast, books: Books
) -> None:
    hands = _hands(_entry(session, cast.sun_li, SourceKind.meeting, books.meeting), cast)
    assert hands == {"li_wei": Hand.decided}
    came = _hands(_entry(session, cast.zhang_min, SourceKind.meeting, books.meeting), cast)
    assert came == {"li_wei": Hand.decided, "zhang_min": Hand.recorded}, "they scanned for themselves"


def test_of_dues_and_decisions_those_who_took_them_down(session: Session, cast: Cast, books: Books) -> None:
    assert _hands(_entry(session, cast.zhang_min, SourceKind.dues, books.dues), cast) == {"li_wei": Hand.decided}
    matter = _entry(session, cast.zhang_min, SourceKind.decision, books.decision)
    assert _hands(matter, cast) == {"li_wei": Hand.decided}
    assert matter is not None
    assert matter.details[0] == ("事项", "党支部决定")


def test_a_reversal_is_about_what_it_reverses(session: Session, cast: Cast, books: Books) -> None:
    matter = _entry(session, cast.wang_fang, SourceKind.reversal)
    assert matter is not None
    assert ("状态", "待审核") in matter.details, "the claim whose approval was taken back"
    assert _hands(matter, cast)["li_wei"] is Hand.decided


def test_an_opening_is_the_standards_and_anothers_entry_is_not_theirs(
    session: Session, cast: Cast, books: Books
) -> None:
    assert _entry(session, cast.zhang_min, SourceKind.opening) is None
    assert matter_of(session, ObjectionSubject.entry, 10_000, cast.zhang_min.member_id) is None


def test_of_a_negative_decision_the_registration_by_both(session: Session, cast: Cast, books: Books) -> None:
    matter = matter_of(session, ObjectionSubject.negative, books.negative, cast.zhou_yu.member_id)
    assert matter is not None
    assert matter.title == "组织决定的登记：党发〔2026〕12号"
    assert "生效决定" not in str(matter), "the reason is no part of it"
    assert _hands(matter, cast) == {"chen_jing": Hand.recorded, "organization_department": Hand.recorded}
    assert matter_of(session, ObjectionSubject.negative, books.negative, cast.zhang_min.member_id) is None


def test_an_unconfirmed_negative_decision_is_nobodys_matter(session: Session, cast: Cast, books: Books) -> None:
    decision = session.get_one(NegativeDecision, books.negative)
    decision.status, decision.confirmed_at = NegativeStatus.recorded, None
    session.flush()
    assert matter_of(session, ObjectionSubject.negative, decision.id, cast.zhou_yu.member_id) is None


def test_of_a_month_the_members_own_line_once_it_is_confirmed(session: Session, cast: Cast) -> None:
    statement = cast_statement(session, cast)
    matter = matter_of(session, ObjectionSubject.month, statement.id, cast.zhang_min.member_id)
    assert matter is not None
    assert (matter.title, matter.details) == ("2026 年 5 月积分汇总", (("累计积分", "76.00"),))
    assert _hands(matter, cast) == {"li_wei": Hand.decided}
    apart = matter_of(session, ObjectionSubject.month, statement.id, cast.sun_li.member_id)
    assert apart is not None
    assert apart.details == ()
    assert matter_of(session, ObjectionSubject.month, statement.id, cast.wu_gang.member_id) is None
    later = cast_statement(session, cast, period="2026-06", confirmed_at=None)
    assert session.get(Statement, later.id) is not None
    assert matter_of(session, ObjectionSubject.month, later.id, cast.zhang_min.member_id) is None


def test_what_nobody_describes_is_no_matter(session: Session, cast: Cast) -> None:
    assert matter_of(session, ObjectionSubject.star, 1, cast.zhang_min.member_id) is None
