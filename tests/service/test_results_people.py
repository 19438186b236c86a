"""Who is in a branch's results and with what: people who left, moved, were ill or abroad, and a branch that is new."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results import queries
from server.annual.results.certificate import certificate
from server.annual.results.verification import verify_results
from server.annual.steps.left import left
from server.organizations import filings, transfers
from server.organizations import service as organizations
from server.organizations.models import Exemption, Filing, FilingStatus, OrganizationKind
from server.points import service as points
from server.points.decisions import negatives
from server.points.models import NegativeDecision, SourceKind
from server.points.scores.queries import explain, stored
from server.points.scores.rules import NegativeStatus
from server.points.service import Posting
from server.years.rules import YearState
from server.years.service import begun
from tests.cast import Cast, Person
from tests.exempting import exempt
from tests.refusing import refused
from tests.results import draft, of, open_old_year, results, totals
from tests.settling import check_books
from tests.standards import altered, publish
from tests.years import DRAFTING, OLD, moved_to

IN_JUNE = date(2026, 6, 20)
LATER_IN_JUNE = datetime(2026, 6, 21, 2, tzinfo=UTC)
SECOND_OF_JANUARY = datetime(2027, 1, 2, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def opened(session: Session, cast: Cast) -> None:
    open_old_year(session, cast)


def earn(session: Session, person: Person, on: date, source_id: int = 1) -> None:
    posting = Posting(person.member_id, "C04", on, SourceKind.claim, source_id, points=Decimal(1))
    points.post(session, [posting], now=LATER_IN_JUNE)
    session.commit()


def leaves(session: Session, cast: Cast, on: date, note: str, now: datetime = LATER_IN_JUNE) -> None:
    who = {"member_id": cast.zhang_min.member_id, "account_id": cast.chen_jing.account_id}
    transfers.leave(session, **who, on=on, note=note, now=now)
    session.commit()


def check(session: Session) -> None:
    session.expire_all()
    assert list(verify_results(session)) == []
    check_books(session)


@pytest.mark.parametrize("note", ["毕业转出", "逝世", "自行脱党除名", "停止党籍"])
def test_who_left_before_the_end_has_no_result_and_is_in_no_base(session: Session, cast: Cast, note: str) -> None:
    earn(session, cast.zhang_min, date(2026, 5, 4))
    leaves(session, cast, IN_JUNE, note)
    draft(session, cast)
    assert set(totals(session, cast.branch)) == {"王芳", "李伟", "孙丽"}
    assert queries.result_of(session, cast.zhang_min.member_id, OLD) is None
    check(session)


def test_who_leaves_takes_their_year_along_and_may_object_for_five_days(session: Session, cast: Cast) -> None:
    earn(session, cast.zhang_min, date(2026, 5, 4))
    earn(session, cast.zhang_min, date(2026, 6, 19), 2)
    leaves(session, cast, IN_JUNE, "毕业转出")
    on = partial(certificate, session, cast.zhang_min.member_id, now=LATER_IN_JUNE)
    found = on(on=date(2026, 6, 18))
    assert (found.total, found.year, found.branch, found.unit) == (
        Decimal(59),
        2026,
        "教工第一党支部",
        "计算机科学与技术学院党总支",
    )
    assert (found.object_until, found.note) == (date(2026, 6, 26), None)  # 19 June is 端午
    assert {each.section.code: each.points for each in found.sections} == {
        "base": Decimal(58),
        "contribution": Decimal(1),
    }
    refused("no_membership", lambda: on(on=IN_JUNE))
    refused("in_the_future", lambda: on(on=date(2026, 6, 22)))


def test_a_certificate_is_not_of_a_closed_year(session: Session, cast: Cast) -> None:
    """Nothing was owed of B07 so far, which says nothing yet."""
    found = certificate(session, cast.zhang_min.member_id, on=date(2026, 12, 31), now=DRAFTING)
    draft(session, cast)
    assert (found.total, of(session, cast.zhang_min).result.total) == (Decimal(58), Decimal(62))


def test_the_certificate_of_who_was_never_managed_has_no_figures(session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.wang_fang.member_id, date(2026, 1, 1))
    found = certificate(session, cast.wang_fang.member_id, on=date(2026, 5, 1), now=LATER_IN_JUNE)
    assert (found.total, found.sections) == (None, ())


def test_who_moved_on_30_december_and_was_entered_in_january_is_in_the_new_branch(session: Session, cast: Cast) -> None:
    earn(session, cast.zhang_min, date(2026, 5, 4))
    publish(session, cast.root, altered(), 2027)
    transfers.transfer(
        session,
        member_id=cast.zhang_min.member_id,
        to_organization_id=cast.other_branch,
        on=date(2026, 12, 30),
        account_id=None,
        now=SECOND_OF_JANUARY,
    )
    session.commit()
    draft(session, cast)
    draft(session, cast, cast.other_branch)
    assert set(totals(session, cast.branch)) == {"王芳", "李伟", "孙丽"}
    assert totals(session, cast.other_branch)["张敏"] == Decimal(63)
    check(session)


def test_a_branch_founded_in_october_has_the_whole_year_of_its_people(session: Session, cast: Cast) -> None:
    earn(session, cast.zhang_min, date(2026, 5, 4))
    october = datetime(2026, 10, 12, 2, tzinfo=UTC)
    founded = organizations.create_organization(
        session,
        parent_id=cast.general_branch,
        kind=OrganizationKind.branch,
        title="教工第二党支部",
        account_id=cast.chen_jing.account_id,
        now=october,
    )
    transfers.transfer(
        session,
        member_id=cast.zhang_min.member_id,
        to_organization_id=founded.id,
        on=october.date(),
        account_id=None,
        now=october,
    )
    session.commit()
    draft(session, cast, founded.id)
    assert totals(session, founded.id) == {"张敏": Decimal(63)}
    check(session)


def test_who_is_abroad_or_on_long_leave_loses_nothing_by_it(session: Session, cast: Cast) -> None:
    """Every meeting of the half year excused, one attended: the ratio is that of the one."""
    member_id = cast.zhang_min.member_id
    excused = Posting(member_id, "B07", IN_JUNE, SourceKind.meeting, 1, owed=6, excused=6)
    came = Posting(member_id, "B07", date(2026, 3, 4), SourceKind.meeting, 2, owed=1, attended=1)
    points.post(session, [excused, came], now=LATER_IN_JUNE)
    session.commit()
    draft(session, cast)
    assert of(session, cast.zhang_min).result.total == Decimal(62)
    check(session)


def test_students_who_stay_after_graduation_and_the_probationary_are_counted(session: Session, cast: Cast) -> None:
    draft(session, cast, cast.other_branch)
    assert set(totals(session, cast.other_branch)) == {"赵强", "周宇", "陈静"}
    assert {each.result.stage for each in results(session, cast.other_branch)} == {"full", "probationary"}


def received(session: Session, cast: Cast, person: Person, since: date) -> None:
    """Have the 总支 receive what makes somebody 不列入 from a day on."""
    exempt(session, cast, person.member_id, since)
    exemption = session.scalars(select(Exemption).where(Exemption.member_id == person.member_id)).one()
    filing = session.get_one(Filing, exemption.filing_id)
    filing.subject_id, filing.status = exemption.id, FilingStatus.submitted
    session.flush()
    filings.receive(session, filing_id=filing.id, note=None, account_id=cast.chen_jing.account_id, now=LATER_IN_JUNE)
    session.commit()


def test_who_is_exempt_all_year_keeps_no_stray_score(session: Session, cast: Cast) -> None:
    """Although the year had been opened before the 总支 received it; who is from June on keeps theirs."""
    received(session, cast, cast.wang_fang, date(2026, 1, 1))
    received(session, cast, cast.sun_li, IN_JUNE)
    assert stored(session, member_id=cast.wang_fang.member_id, year=OLD) == []
    assert stored(session, member_id=cast.sun_li.member_id, year=OLD) != []
    explaining = partial(explain, session, member_id=cast.wang_fang.member_id, year=OLD, as_of=LATER_IN_JUNE)
    assert "不列入" in refused("member_exempt", explaining).message
    draft(session, cast)
    assert of(session, cast.wang_fang).result.total is None
    assert of(session, cast.sun_li).result.total == Decimal(62)
    check(session)


@pytest.fixture
def decision(session: Session, cast: Cast) -> NegativeDecision:
    """A decision on 张敏's old year that waits for its second person."""
    made = NegativeDecision(
        **{"root_id": cast.root, "organization_id": cast.branch, "member_id": cast.zhang_min.member_id},
        **{"year": OLD, "category_code": "N1", "category_title": "受到党纪处分", "clause": "三"},
        **{"document_number": "党纪〔2027〕1号", "decided_on": date(2027, 1, 12), "reason": "违纪"},
        **{"status": NegativeStatus.recorded, "entered_by": cast.chen_jing.account_id, "entered_at": DRAFTING},
    )
    session.add(made)
    session.commit()
    return made


def confirm(session: Session, cast: Cast, decision: NegativeDecision) -> None:
    by = cast.organization_department
    negatives.confirm(
        session,
        actor=by.actor,
        account_id=by.account_id,
        decision_id=decision.id,
        document_number=decision.document_number,
        decided_on=decision.decided_on,
        now=DRAFTING,
    )
    session.commit()


def test_a_negative_decision_supersedes_results_that_stand(
    session: Session, cast: Cast, decision: NegativeDecision
) -> None:
    earn(session, cast.wang_fang, date(2026, 5, 4))
    first = draft(session, cast)
    assert (of(session, cast.zhang_min).result.position, of(session, cast.wang_fang).result.position) == (2, 1)
    confirm(session, cast, decision)
    found = of(session, cast.zhang_min)
    assert (found.edition.supersedes_id, found.edition.warrant_kind, found.edition.warrant_id) == (
        first.id,
        "negative_decision",
        decision.id,
    )
    assert (found.result.standing, found.result.total, found.result.position) == ("negative", Decimal(0), None)
    check(session)


def test_a_negative_decision_before_the_draft_is_in_it(
    session: Session, cast: Cast, decision: NegativeDecision
) -> None:
    confirm(session, cast, decision)
    edition = draft(session, cast)
    assert (edition.edition, of(session, cast.zhang_min).result.standing) == (1, "negative")
    check(session)


def test_a_branch_that_shows_no_positions_has_none(session: Session, cast: Cast) -> None:
    organizations.change_settings(
        session,
        cast.branch,
        settings={"board_visibility": "scores"},
        account_id=cast.li_wei.account_id,
        now=DRAFTING,
    )
    draft(session, cast)
    assert {each.result.position for each in results(session, cast.branch)} == {None}
    check(session)


MEASURED = {
    **{"code": "P01", "section": "base", "title": "民主测评", "method": "measured", "cap": "4", "unit": "次"},
    **{"evidence": ["decision"], "clause": "《细则》第七条", "unheld": "block"},
}


@pytest.mark.parametrize("unheld", ["block", "scale"])
def test_a_year_without_a_measurement_waits_or_scales_as_its_standard_says(
    session: Session, cast: Cast, unheld: str
) -> None:
    plain = altered().model_dump(mode="json")["items"]
    base = [item | ({"cap": "8"} if item["code"] == "B01" else {}) for item in plain]
    publish(session, cast.root, altered(items=[*base, MEASURED | {"unheld": unheld}]), OLD)
    figure = partial(Posting, item_code="P01", occurred_on=IN_JUNE, source_kind=SourceKind.decision)
    measured = [
        figure(person.member_id, source_id=source_id, points=Decimal(3))
        for source_id, person in enumerate((cast.wang_fang, cast.sun_li, cast.li_wei), 1)
    ]
    points.post(session, measured, now=LATER_IN_JUNE)
    session.commit()
    if unheld == "block":
        moved_to(session, cast.branch, YearState.closing)
        refusal = refused("figures_missing", lambda: draft(session, cast))
        assert "“民主测评”还有 1 人没有登记结果" in refusal.message
        assert refusal.detail["items"] == [{"item_code": "P01", "member_ids": [cast.zhang_min.member_id]}]
        session.rollback()
        year = begun(session, organization_id=cast.branch, year=OLD, now=DRAFTING)
        named = [each for each in left(session, year, now=DRAFTING) if each.kind == "figures_P01"]
        assert [(each.words, each.count, each.blocks) for each in named] == [("“民主测评”待登记", 1, True)]
        points.post(session, [figure(cast.zhang_min.member_id, source_id=9, points=Decimal(2))], now=DRAFTING)
        session.commit()
    draft(session, cast)
    found = totals(session, cast.branch)
    assert found["王芳"] == Decimal(61)
    assert found["张敏"] == (Decimal(60) if unheld == "block" else Decimal("60.42"))  # 58 of 96
    check(session)
