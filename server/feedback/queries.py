"""Reading feedbacks: those of a place, one with its story, one by its query code."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.deadlines import queries as deadlines
from server.deadlines.models import Deadline, DeadlineSubject
from server.feedback.models import Feedback, FeedbackPhoto, FeedbackStep
from server.feedback.rules import FeedbackArrival, FeedbackStatus
from server.organizations.models import Organization


def of_organization(
    session: Session, organization_id: int, *, is_open: bool, before_id: int | None = None, limit: int | None = None
) -> Sequence[Feedback]:
    """Return what is handled at an organization or below it: open ones oldest first, others the latest first."""
    path = session.get_one(Organization, organization_id).path
    query = select(Feedback).join(Organization, Organization.id == Feedback.organization_id)
    query = query.where(Organization.path.startswith(path, autoescape=True))
    query = query.where(Feedback.open.is_(True) if is_open else Feedback.open.is_(None))
    if before_id is not None:
        query = query.where(Feedback.id < before_id)
    return session.scalars(query.order_by(Feedback.id if is_open else Feedback.id.desc()).limit(limit)).all()


def arrivals(rows: Collection[Feedback]) -> list[FeedbackArrival]:
    """Return what folding looks at. A handed over one is like no other."""
    return [FeedbackArrival(row.id, f"{row.organization_id} {row.words_key or row.id}", row.sender) for row in rows]


def with_code(session: Session, code_hash: str) -> Feedback | None:
    """Return the feedback whose query code has this hash."""
    return session.scalar(
        select(Feedback).where(Feedback.code_hash == code_hash).execution_options(populate_existing=True)
    )


def story_of(session: Session, feedback_id: int) -> Sequence[FeedbackStep]:
    """Return the steps of a feedback, oldest first."""
    query = select(FeedbackStep).where(FeedbackStep.feedback_id == feedback_id)
    return session.scalars(query.order_by(FeedbackStep.id)).all()


def photos_of(session: Session, feedback_id: int) -> Sequence[bytes]:
    """Return the photos that came with a feedback, as JPEG files."""
    query = select(FeedbackPhoto.image).where(FeedbackPhoto.feedback_id == feedback_id)
    return session.scalars(query.order_by(FeedbackPhoto.position)).all()


def open_dues_of(session: Session, feedback_ids: Collection[int]) -> dict[int, Deadline]:
    """Return what each feedback waits for; those that wait for nothing are left out."""
    found = deadlines.deadlines_of(session, DeadlineSubject.feedback, feedback_ids)
    waiting = ((each, [due.row for due in dues if due.row.open]) for each, dues in found.items())
    return {each: rows[0] for each, rows in waiting if rows}


def alike(session: Session, row: Feedback, *, limit: int | None) -> Sequence[int]:
    """Return the ids of the others that wait at the same place with the same words, about the same, oldest first."""
    query = select(Feedback.id).where(
        Feedback.organization_id == row.organization_id,
        Feedback.open.is_(True),
        Feedback.status == FeedbackStatus.submitted,
        Feedback.words_key == row.words_key,
        Feedback.about_id == row.about_id,
        Feedback.about_officer == row.about_officer,
        Feedback.id != row.id,
    )
    return session.scalars(query.order_by(Feedback.id).limit(limit)).all()
