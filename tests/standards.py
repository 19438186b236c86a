"""A standard put in force, for tests that need another than the cast's."""

from sqlalchemy.orm import Session

from server.standards import service as standards
from server.standards.drafts import create_draft
from server.standards.models import Standard
from server.standards.rules import StandardDocument
from tests.cast import NOW


def publish(session: Session, organization_id: int, document: StandardDocument, year: int = 2026) -> Standard:
    draft = create_draft(
        session, organization_id=organization_id, year=year, document=document, created_by=None, now=NOW
    )
    return standards.publish(session, standard_id=draft.id, published_by=None, now=NOW)
