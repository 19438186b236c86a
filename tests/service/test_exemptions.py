"""不列入管理范围: its steps, whose matter it is, and whose trail."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import app
from server.audit.models import AuditLine
from server.errors import DomainError
from server.organizations import exemptions, filings
from server.organizations.models import (
    Exemption,
    Filing,
    FilingStatus,
    FilingSubject,
)
from server.organizations.rules import ExemptionStatus
from tests.cast import NOW, TODAY, Cast
from tests.refusing import refused

assert app.SUBSCRIPTIONS


pytestmark = pytest.mark.usefixtures("_frozen_time")


def study(session: Session, cast: Cast) -> Exemption:
    return exemptions.record_study(
        session,
        member_id=cast.zhang_min.member_id,
        reason="长期患病",
        on=date(2026, 5, 1),
        note="支委会一致同意",
        account_id=cast.li_wei.account_id,
        now=NOW,
    )


def filed(session: Session, cast: Cast) -> Exemption:
    exemption = study(session, cast)
    by = cast.li_wei.account_id
    exemptions.record_passing(
        session, exemption_id=exemption.id, on=date(2026, 5, 8), note="应到 12 实到 11 同意 11", account_id=by, now=NOW
    )
    exemptions.submit(session, exemption_id=exemption.id, from_date=date(2026, 6, 1), account_id=by, now=NOW)
    return exemption


def exempt(session: Session, cast: Cast, on: date) -> bool:
    return exemptions.is_exempt(session, cast.zhang_min.member_id, on)


def test_an_exemption_holds_from_its_date_once_the_filing_is_received(session: Session, cast: Cast) -> None:
    exemption = filed(session, cast)
    assert not exempt(session, cast, TODAY)
    filing = session.get_one(Filing, exemption.filing_id)
    assert filing.to_organization_id == cast.general_branch
    filings.receive(session, filing_id=filing.id, note=None, account_id=cast.chen_jing.account_id, now=NOW)
    assert exemptions.standing(session, exemption).status is ExemptionStatus.in_force
    assert [exempt(session, cast, on) for on in (date(2026, 5, 31), date(2026, 6, 1))] == [False, True]
    exemptions.end(
        session, exemption_id=exemption.id, on=TODAY, note="康复", account_id=cast.li_wei.account_id, now=NOW
    )
    assert [exempt(session, cast, on) for on in (TODAY - timedelta(days=1), TODAY)] == [True, False]
    assert study(session, cast).id != exemption.id, "a new one may begin when the old one has ended"


def test_an_exemption_given_up_never_holds(session: Session, cast: Cast) -> None:
    exemption = filed(session, cast)
    by = cast.li_wei.account_id
    exemptions.end(session, exemption_id=exemption.id, on=TODAY, note="撤回", account_id=by, now=NOW)
    assert exemption.filing_id is not None
    filings.receive(session, filing_id=exemption.filing_id, note=None, account_id=cast.chen_jing.account_id, now=NOW)
    assert not exempt(session, cast, date(2026, 6, 10))


def test_the_steps_of_an_exemption_keep_their_order(session: Session, cast: Cast) -> None:
    exemption = study(session, cast)
    by = cast.li_wei.account_id
    options: dict[str, Any] = {"exemption_id": exemption.id, "account_id": by, "now": NOW}
    with pytest.raises(DomainError, match="moved_on"):
        exemptions.submit(session, from_date=TODAY, **options)
    with pytest.raises(DomainError, match="invalid_dates"):
        exemptions.record_passing(session, on=date(2026, 4, 30), note="早于支委会", **options)
    with pytest.raises(DomainError, match="in_the_future"):
        exemptions.record_passing(session, on=TODAY + timedelta(days=1), note="尚未召开", **options)
    with pytest.raises(DomainError, match="exemption_open"):
        study(session, cast)


def test_a_returned_filing_is_filed_again_on_the_same_record(session: Session, cast: Cast) -> None:
    exemption = filed(session, cast)
    assert exemption.filing_id is not None
    by = cast.chen_jing.account_id
    filings.send_back(session, filing_id=exemption.filing_id, reason="缺会议记录", account_id=by, now=NOW)
    assert exemptions.standing(session, exemption).status is ExemptionStatus.returned
    exemptions.submit(
        session, exemption_id=exemption.id, from_date=date(2026, 6, 2), account_id=cast.li_wei.account_id, now=NOW
    )
    steps = filings.steps_of(session, exemption.filing_id)
    assert [step.status for step in steps] == ["submitted", "returned", "submitted"]


def test_filing_twice_is_filing_once(session: Session, cast: Cast) -> None:
    def submit() -> Filing:
        return filings.submit_filing(
            session,
            subject_kind=FilingSubject.standard,
            subject_id=cast.standard_id,
            title="积分标准",
            from_organization_id=cast.root,
            submitted_by=cast.organization_department.account_id,
            now=NOW,
        )

    filing = submit()
    assert submit() is filing
    assert filing.to_organization_id == cast.root, "the committee files with its own 组织部"
    filings.receive(session, filing_id=filing.id, note=None, account_id=cast.chen_jing.account_id, now=NOW)
    assert submit().status == FilingStatus.received
    with pytest.raises(DomainError, match="moved_on"):
        filings.send_back(session, filing_id=filing.id, reason="晚了", account_id=cast.chen_jing.account_id, now=NOW)


def test_nobody_takes_any_step_of_their_own(session: Session, cast: Cast) -> None:
    own: dict[str, Any] = {"on": TODAY, "note": "支委会", "account_id": cast.li_wei.account_id, "now": NOW}
    member_id = cast.li_wei.member_id
    refused("own_exemption", lambda: exemptions.record_study(session, member_id=member_id, reason="患病", **own))
    begun = exemptions.record_study(
        session, member_id=member_id, reason="患病", **own | {"account_id": cast.chen_jing.account_id}
    )
    refused("own_exemption", lambda: exemptions.record_passing(session, exemption_id=begun.id, **own))
    refused("own_exemption", lambda: exemptions.end(session, exemption_id=begun.id, **own))


def test_its_trail_is_the_universitys(session: Session, cast: Cast) -> None:
    by: dict[str, Any] = {"account_id": cast.li_wei.account_id, "now": NOW}
    exemptions.record_study(session, member_id=cast.zhang_min.member_id, reason="患病", on=TODAY, note="支委会", **by)
    lines = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "exemption")).all()
    assert [(line.action, line.root_id) for line in lines] == [("exemption_studied", cast.root)]
