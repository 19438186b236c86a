"""Taking a feedback down: from the form behind a QR, and from the app (docs/adr/0049)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.days import shanghai_date
from server.db import added
from server.deadlines.models import DeadlineSubject
from server.deadlines.service import set_deadline
from server.errors import DomainError, conflict, not_found
from server.feedback import codes, queries
from server.feedback.error_codes import FeedbackErrorCode
from server.feedback.models import Feedback, FeedbackPhoto, FeedbackStep
from server.feedback.places import handled_at, is_officer
from server.feedback.rules import (
    ADMISSION_DAYS,
    FeedbackAction,
    FeedbackDue,
    FeedbackKind,
    FeedbackStatus,
    FeedbackVia,
)
from server.feedback.schemas import FeedbackIn
from server.identity.access import MAX_ID
from server.organizations.models import Organization, OrganizationKind
from server.privacy import PhoneVault
from server.publicity import queries as publicities
from server.publicity.models import Publicity
from server.publicity.present import phase_of
from server.publicity.rules import PublicityPhase

ON_SHOW = (PublicityPhase.running, PublicityPhase.paused)


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """What somebody fills in. `form` is the form's own random text, by which a second submission is known.

    Without a `name` it is anonymous. `about_officer`: about somebody who holds an office there.
    """

    kind: FeedbackKind
    words: str
    form: str
    about_name: str | None = None
    about_officer: bool = False
    name: str | None = None
    contact: str | None = None
    photos: Sequence[bytes] = ()


def place_of_form(session: Session, organization_id: int, *, today: date) -> Organization:
    """Return the organization whose form it is. Raises DomainError `not_found` for a group and for what was closed."""
    organization = session.get(Organization, organization_id) if organization_id <= MAX_ID else None
    closed = organization is not None and organization.closed_on is not None and organization.closed_on <= today
    if organization is None or organization.root_id is None or closed or organization.kind == OrganizationKind.group:
        raise not_found("党组织")
    return organization


def shown_at(session: Session, organization_id: int, publicity_id: int | None, *, today: date) -> Publicity | None:
    """Return a publicity of the organization that is on show, or None: of others the form says nothing."""
    row = session.get(Publicity, publicity_id) if publicity_id is not None else None
    if row is None or row.organization_id != organization_id or row.approved_at is None:
        return None
    return row if phase_of(row, publicities.terms_for(session, row), today) in ON_SHOW else None


def take(
    session: Session,
    vault: PhoneVault,
    key: bytes,
    *,
    organization_id: int,
    publicity_id: int | None,
    report: FeedbackReport,
    via: FeedbackVia,
    network: str | None,
    now: datetime,
) -> tuple[Feedback, str]:
    """Take a report down and return it with its query code. The same form again gives the same, once.

    `key` is the server's secret; `network` is where an unsigned form came from, of which a short mark is kept.
    Raises DomainError `not_found`, 409 `form_used` when a form that was sent comes again with other words.
    """
    today = shanghai_date(now)
    about = place_of_form(session, organization_id, today=today)
    code = codes.code_of(key, report.form)
    words_key = codes.words_key(key, report.words)
    if (earlier := _earlier(session, key, code)) is not None:
        return _the_same(earlier, words_key), code
    about_officer = report.about_officer or is_officer(session, about, report.about_name, now=now)
    handler = handled_at(session, about, about_officer=about_officer)
    shown = shown_at(session, about.id, publicity_id, today=today)
    assert about.root_id is not None
    row = Feedback(
        root_id=about.root_id,
        organization_id=handler.id,
        about_id=about.id,
        publicity_id=shown.id if shown is not None else None,
        kind=report.kind,
        via=via,
        about_officer=about_officer,
        about_name=report.about_name,
        words=report.words,
        words_key=words_key,
        sender=codes.sender_of(key, network, today) if network is not None else None,
        code_hash=codes.code_hash(key, code),
        name_sealed=vault.seal(report.name) if report.name else None,
        contact_sealed=vault.seal(report.contact) if report.contact else None,
        status=FeedbackStatus.submitted,
        open=True,
        received_at=now,
    )
    if not added(session, row):
        again = _earlier(session, key, code)
        assert again is not None
        return _the_same(again, words_key), code
    session.add_all(FeedbackPhoto(feedback_id=row.id, position=at, image=each) for at, each in enumerate(report.photos))
    _begin(session, row, now=now)
    return row, code


def report_of(form: FeedbackIn, photos: Sequence[bytes] = ()) -> FeedbackReport:
    """Return what was filled in; a contact without a name is not kept."""
    return FeedbackReport(
        kind=form.kind,
        words=form.words,
        form=form.form,
        about_name=form.about_name,
        about_officer=form.about_officer,
        name=form.name,
        contact=form.contact if form.name is not None else None,
        photos=photos,
    )


def with_code(session: Session, key: bytes, text: str) -> Feedback:
    """Return the feedback of a query code. Raises DomainError 422 `wrong_query_code`."""
    code = codes.normal_code(text)
    row = queries.with_code(session, codes.code_hash(key, code)) if code is not None else None
    if row is None:
        raise DomainError(FeedbackErrorCode.wrong_query_code, "查询码不对，请核对后重新输入")
    return row


def _earlier(session: Session, key: bytes, code: str) -> Feedback | None:
    return queries.with_code(session, codes.code_hash(key, code))


def _the_same(earlier: Feedback, words_key: str) -> Feedback:
    if earlier.words_key != words_key:
        raise conflict(FeedbackErrorCode.form_used, "这份反映已经提交过，另有情况请重新打开页面填写")
    return earlier


def _begin(session: Session, row: Feedback, *, now: datetime) -> None:
    due = set_deadline(
        session,
        root_id=row.root_id,
        organization_id=row.organization_id,
        subject=DeadlineSubject.feedback,
        subject_id=row.id,
        kind=FeedbackDue.admission,
        counted_from=shanghai_date(now),
        working_days=ADMISSION_DAYS,
        now=now,
    )
    step = FeedbackStep(feedback_id=row.id, action=FeedbackAction.submit, after=row.status, due_on=due.due_on, at=now)
    session.add(step)
    session.flush()
    audit.record(session, actor_id=None, action="feedback_submit", **audit.of(row), now=now)
