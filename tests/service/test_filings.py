"""备案: whoever owns what is filed is asked before, and everybody is told after."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server import app, events
from server.error_codes import CoreErrorCode
from server.errors import conflict
from server.organizations import filings
from server.organizations.events import FilingDecided
from server.organizations.models import Filing, FilingStatus, FilingSubject
from tests.cast import NOW, Cast
from tests.refusing import refused

assert app.FILED


@pytest.fixture
def told() -> Iterator[list[FilingDecided]]:
    heard: list[FilingDecided] = []

    def listen(_session: Session, event: FilingDecided) -> None:
        heard.append(event)

    events.subscribe(FilingDecided, listen)
    yield heard
    events._handlers[FilingDecided].remove(listen)


@pytest.fixture
def objected() -> Iterator[list[int]]:
    """Subjects, by id, to whose filing somebody above objects."""
    ids: list[int] = []

    def refuse(_session: Session, subject_id: int) -> None:
        if subject_id in ids:
            raise conflict(CoreErrorCode.wrong_status, "尚有异议未处理")

    filings.register(FilingSubject.standard, refuse)
    yield ids
    filings._preconditions[FilingSubject.standard].remove(refuse)


def file(session: Session, cast: Cast) -> Filing:
    return filings.submit_filing(
        session,
        subject_kind=FilingSubject.standard,
        subject_id=cast.standard_id,
        title="积分标准",
        from_organization_id=cast.branch,
        submitted_by=cast.li_wei.account_id,
        now=NOW,
    )


def returned(session: Session, cast: Cast) -> Filing:
    filing, by = file(session, cast), cast.chen_jing.account_id
    return filings.send_back(session, filing_id=filing.id, reason="缺附件", account_id=by, now=NOW)


@pytest.mark.parametrize("subject", FilingSubject)
def test_every_subject_has_an_owner(subject: FilingSubject) -> None:
    assert filings._preconditions[subject]


def test_what_nobody_owns_is_not_filed(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(filings._preconditions, FilingSubject.standard, [])
    with pytest.raises(LookupError, match="standard"):
        file(session, cast)


def test_whoever_has_a_say_in_a_subject_may_refuse_to_have_it_filed(
    session: Session, cast: Cast, objected: list[int]
) -> None:
    objected.append(cast.standard_id)
    refused("wrong_status", lambda: file(session, cast))
    assert filings.latest_filing(session, subject_kind=FilingSubject.standard, subject_id=cast.standard_id) is None


def test_what_was_returned_is_not_filed_again_against_a_refusal(
    session: Session, cast: Cast, objected: list[int]
) -> None:
    filing, by = returned(session, cast), cast.li_wei.account_id
    objected.append(cast.standard_id)
    again: dict[str, Any] = {"filing_id": filing.id, "note": "已补", "account_id": by, "now": NOW}
    refused("wrong_status", lambda: filings.resubmit(session, **again))
    refused("wrong_status", lambda: file(session, cast))
    steps = [step.status for step in filings.steps_of(session, filing.id)]
    assert steps == [FilingStatus.submitted, FilingStatus.returned]
    objected.clear()
    assert filings.resubmit(session, **again).status == FilingStatus.submitted


def test_each_decision_is_told_with_what_was_decided(session: Session, cast: Cast, told: list[FilingDecided]) -> None:
    filing = returned(session, cast)
    assert filing.reason == "缺附件"
    file(session, cast)
    filings.receive(session, filing_id=filing.id, note=None, account_id=cast.chen_jing.account_id, now=NOW)
    assert filing.reason is None
    about = (filing.id, FilingSubject.standard, cast.standard_id)
    assert told == [
        FilingDecided(*about, FilingStatus.returned, NOW),
        FilingDecided(*about, FilingStatus.received, NOW),
    ]
