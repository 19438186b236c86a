"""Turn methods into what goes over the wire."""

from typing import Any

from sqlalchemy.orm import Session

from server.organizations.filings import latest_filing
from server.organizations.models import FilingSubject, Organization
from server.ratings.methods.models import MethodStatus, RatingMethod
from server.ratings.methods.schemas import MethodLineOut, MethodOut, MethodProblemOut
from server.ratings.methods.validation import problems


def method_line(session: Session, method: RatingMethod) -> MethodLineOut:
    return MethodLineOut(**_heading(session, method))


def method_out(session: Session, method: RatingMethod) -> MethodOut:
    document = method.document
    draft = method.status == MethodStatus.draft
    filing = latest_filing(session, subject_kind=FilingSubject.rating_method, subject_id=method.id)
    return MethodOut(
        **_heading(session, method),
        document=document,
        bands=[f"{each.title}：{each.words}" for each in document.grades],
        problems=[
            MethodProblemOut(path=each.path, message=each.message)
            for each in (problems(document, notice_binds=True) if draft else ())
        ],
        filing_id=None if filing is None else filing.id,
    )


def _heading(session: Session, method: RatingMethod) -> dict[str, Any]:
    return {
        "id": method.id,
        "organization_id": method.organization_id,
        "organization_title": session.get_one(Organization, method.organization_id).title,
        "year": method.year,
        "version": method.version,
        "title": method.document_json["title"],
        "status": MethodStatus(method.status),
        "in_force": bool(method.in_force),
        "revision": method.revision,
        "content_hash": method.content_hash,
        "updated_at": method.updated_at,
        "published_at": method.published_at,
    }
