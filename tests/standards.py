"""Standards other than the cast's: documents that differ a little from the default, drafted and put in force."""

from typing import Any

from sqlalchemy.orm import Session

from server.standards import service as standards
from server.standards.default import default_document
from server.standards.drafts import create_draft
from server.standards.models import Standard
from server.standards.rules import StandardDocument, as_data
from tests.cast import NOW, TODAY

YEAR = TODAY.year


def altered(**fields: Any) -> StandardDocument:
    """The default with heading fields replaced; `B01={...}` replaces fields of that item."""
    data = as_data(default_document())
    for name, value in fields.items():
        items = [item for item in data["items"] if item["code"] == name]
        if items:
            items[0].update(value)
        else:
            data[name] = value
    return StandardDocument.model_validate(data)


FINER = altered(B01={"points": "2"})
REWORDED = altered(title="党员积分标准（文字更正）", B01={"clause": "《实施方案》二（一）（更正）"})


def add_draft(session: Session, organization_id: int, document: StandardDocument, year: int = YEAR) -> Standard:
    return create_draft(
        session, organization_id=organization_id, year=year, document=document, created_by=None, now=NOW
    )


def put_in_force(session: Session, draft: Standard) -> Standard:
    return standards.publish(session, standard_id=draft.id, published_by=None, now=NOW)


def publish(session: Session, organization_id: int, document: StandardDocument, year: int = YEAR) -> Standard:
    return put_in_force(session, add_draft(session, organization_id, document, year))
