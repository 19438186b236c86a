"""Everything held about one person, as tables of text that name nobody else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, inspect, select, union
from sqlalchemy.orm import Session

from server.export import registry
from server.export.redaction import Redactor
from server.holdings import DataSubject, Holding
from server.identity.models import Account, WechatIdentity
from server.organizations.models import Member
from server.photos.models import Photo
from server.presentation import local_time
from server.privacy import PhoneVault
from server.pushes import recipients


@dataclass(frozen=True, slots=True)
class ExportTable:
    """`name` is the database's, `title` is for people; a row has one text per heading."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]


def subject_of(session: Session, vault: PhoneVault, member_id: int) -> DataSubject:
    """Return every way in which a member is known."""
    member = session.get_one(Member, member_id)
    account_id = session.scalar(select(Account.id).where(Account.member_id == member_id)) or 0
    identities = session.scalars(select(WechatIdentity.id).where(WechatIdentity.account_id == account_id)).all()
    return DataSubject(
        member_id=member_id,
        root_id=member.root_id,
        name=member.name,
        phone=vault.shown(member.phone_sealed, masked=False),
        account_id=account_id,
        identity_ids=tuple(identities),
        recipients=recipients.names(member_id=member_id, account_id=account_id),
    )


def collect(session: Session, subject: DataSubject) -> list[ExportTable]:
    """Read what every feature holds about a person, oldest first."""
    names = union(
        select(Member.name).where(Member.root_id == subject.root_id),
        select(Account.name).where(Account.root_id == subject.root_id),
    )
    redactor = Redactor(session.scalars(names), own_name=subject.name, own_phone=subject.phone)
    return [_read(session, holding, redactor.clean) for holding in registry.holdings(subject)]


def photos_of(session: Session, subject: DataSubject) -> list[Photo]:
    """Return the photos whose files still lie in the storage."""
    query = select(Photo).where(Photo.member_id == subject.member_id, Photo.erased_at.is_(None))
    return list(session.scalars(query.order_by(Photo.id)))


def _read(session: Session, holding: Holding, clean: Callable[[str], str]) -> ExportTable:
    words = holding.words or {}
    rows = [tuple(clean(_text(value, words)) for value in row) for row in session.execute(_query(holding))]
    return ExportTable(holding.table.__tablename__, holding.title, tuple(holding.fields), rows)


def _query(holding: Holding) -> Select[Any]:
    fields = [field.label(f"field_{number}") for number, field in enumerate(holding.fields.values())]
    query = select(*fields).select_from(holding.table)
    for table, belongs in holding.joins:
        query = query.outerjoin(table, belongs)
    return query.where(holding.where).order_by(*inspect(holding.table).primary_key)


_PLAIN: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    bool: lambda value: "是" if value else "否",
    datetime: local_time,
    Decimal: lambda value: f"{value.normalize():f}",
}


def _text(value: object, words: Mapping[str, str]) -> str:
    """Return a stored value as people read it."""
    if isinstance(value, str):
        return words.get(value, value)
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return "；".join(_text(part, words) for part in parts)
    return _PLAIN.get(type(value), str)(value)
