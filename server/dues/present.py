"""How 党费 is shown. Amounts are for the branch's officers and the member alone."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.dues import queries, terms
from server.dues.bulk import RowOutcome, RowResult
from server.dues.models import DuesConsent, DuesEvent, DuesRecord
from server.dues.rules import CONSENT_TITLES, STATE_TITLES, ConsentKind, ConsentTerm, DuesState, due_day, last_day
from server.dues.schemas import DuesConsentOut, DuesEventOut, DuesOut, MonthRowOut, PasteOut, PasteRowOut
from server.identity.rules import RULES, Actor, Permission, Target, roles_at
from server.organizations.models import Member, Organization
from server.organizations.queries import account_names


def sees_amounts(actor: Actor, target: Target) -> bool:
    """Whether the caller is the member or an officer of the branch; from above one sees states only."""
    if actor.member_id is not None and actor.member_id == target.member_id:
        return True
    return bool(roles_at(actor, target.ancestor_ids) & RULES[Permission.dues_record].roles)


def months(session: Session, records: Sequence[DuesRecord], *, amounts: bool) -> list[DuesOut]:
    """Present months of one member's year."""
    agreed: list[ConsentTerm] = []
    for first in records[:1]:
        year = int(first.month[:4])
        agreed = [each.term for each in terms.consents_of_member(session, member_id=first.member_id, year=year)]
    events = queries.events_of(session, [record.id for record in records])
    names = account_names(session, (event.account_id for found in events.values() for event in found))
    return [
        _month(record, due_day(record.month, agreed), events[record.id], names, amounts=amounts) for record in records
    ]


def rows(
    session: Session,
    members: Sequence[Member],
    records: dict[int, DuesRecord],
    *,
    month: str,
    amounts: bool,
    today: date,
) -> list[MonthRowOut]:
    """Present members' month, with what lets them pay it later."""
    found = terms.consents_of_month(session, member_ids=[member.id for member in members], month=month)
    shown = dict(zip(found, consents(session, list(found.values())), strict=True))
    due = {member.id: due_day(month, [found[member.id].term] if member.id in found else []) for member in members}
    return [
        _row(member, records.get(member.id), shown.get(member.id), due[member.id], amounts=amounts, today=today)
        for member in members
    ]


def consents(session: Session, found: Sequence[DuesConsent]) -> list[DuesConsentOut]:
    names = account_names(session, (consent.recorded_by for consent in found))
    titles = select(Organization.id, Organization.title).where(
        Organization.id.in_({consent.organization_id for consent in found})
    )
    places = dict(session.execute(titles).all())
    return [_consent(consent, names[consent.recorded_by], places[consent.organization_id]) for consent in found]


def _consent(consent: DuesConsent, recorded_by: str, organization: str) -> DuesConsentOut:
    return DuesConsentOut(
        id=consent.id,
        kind=ConsentKind(consent.kind),
        kind_title=CONSENT_TITLES[ConsentKind(consent.kind)],
        from_month=consent.from_month,
        until_month=consent.until_month,
        due_on=last_day(consent.until_month),
        agreed_on=consent.agreed_on,
        organization=organization,
        reason=consent.reason,
        recorded_by=recorded_by,
        recorded_at=consent.recorded_at,
        ended_from=consent.ended_from,
        ended_reason=consent.ended_reason,
    )


def _row(
    member: Member,
    record: DuesRecord | None,
    consent: DuesConsentOut | None,
    due_on: date,
    *,
    amounts: bool,
    today: date,
) -> MonthRowOut:
    shown = record if amounts else None
    waits = consent is not None and today <= due_on and (record is None or record.state == DuesState.open)
    title = STATE_TITLES[DuesState(record.state)] if record else "未登记"
    return MonthRowOut(
        member_id=member.id,
        name=member.name,
        work_number=member.work_number,
        due_on=due_on,
        consent=consent,
        state=DuesState(record.state) if record else None,
        state_title=consent.kind_title if consent and waits else title,
        due_cents=shown.due_cents if shown else None,
        paid_cents=shown.paid_cents if shown else None,
        paid_on=record.paid_on if record else None,
    )


def pasted(results: Sequence[RowResult], *, applied: bool) -> PasteOut:
    return PasteOut(
        applied=applied,
        registered=sum(result.outcome is RowOutcome.registered for result in results),
        errors=sum(result.outcome is RowOutcome.error for result in results),
        rows=[_pasted_row(result) for result in results],
    )


def _month(
    record: DuesRecord, due_on: date, events: Sequence[DuesEvent], names: dict[int, str], *, amounts: bool
) -> DuesOut:
    state = DuesState(record.state)
    return DuesOut(
        member_id=record.member_id,
        month=record.month,
        due_on=due_on,
        state=state,
        state_title=STATE_TITLES[state],
        due_cents=record.due_cents if amounts else None,
        paid_cents=record.paid_cents if amounts else None,
        paid_on=record.paid_on,
        events=[_event(event, names, amounts=amounts) for event in events],
    )


def _event(event: DuesEvent, names: dict[int, str], *, amounts: bool) -> DuesEventOut:
    state = DuesState(event.state)
    return DuesEventOut(
        kind=event.kind,
        state=state,
        state_title=STATE_TITLES[state],
        due_cents=event.due_cents if amounts else None,
        paid_cents=event.paid_cents if amounts else None,
        paid_on=event.paid_on,
        reason=event.reason,
        actor=names[event.account_id],
        at=event.at,
    )


def _pasted_row(result: RowResult) -> PasteRowOut:
    told = result.row
    return PasteRowOut(
        line=result.line,
        text=result.text,
        outcome=result.outcome,
        member_id=result.member.id if result.member else None,
        name=result.member.name if result.member else None,
        month=told.month if told else None,
        due_cents=told.due_cents if told else None,
        paid_cents=told.paid_cents if told else None,
        paid_on=told.paid_on if told else None,
        state=result.state,
        column=result.column,
        message=result.message,
    )
