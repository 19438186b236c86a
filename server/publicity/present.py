"""Turn publicities into what goes over the wire."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.deadlines import rules as counting
from server.deadlines.present import moves_out, strip_out
from server.deadlines.rules import Basis, Terms, VacationEffect
from server.identity.rules import ROLE_TITLES, Role
from server.organizations.models import Organization
from server.organizations.queries import account_names
from server.publicity import queries
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent
from server.publicity.rules import (
    SCOPE_TITLES,
    PublicityPhase,
    PublicityScope,
    PublicityStatus,
    PublicitySubject,
    code_of,
    days_left,
    phase,
)
from server.publicity.schemas import (
    PublicityDetailOut,
    PublicityEntryOut,
    PublicityGroupOut,
    PublicityItemOut,
    PublicitySignOut,
    TelephoneOut,
)
from server.publicity.telephones import telephones_of

_PHASES = {
    PublicityPhase.proposed: "待批准",
    PublicityPhase.over: "公示已结束",
    PublicityPhase.withdrawn: "已撤回",
}


def phase_of(row: Publicity, terms: Terms, today: date) -> PublicityPhase:
    """Return what a publicity is on a day."""
    status = PublicityStatus(row.status)
    return phase(status, first_day=row.first_day, last_day=row.last_day, today=today, terms=terms)


def item_out(
    session: Session, row: Publicity, content: PublicityContent, terms: Terms, today: date
) -> PublicityItemOut:
    found = phase_of(row, terms, today)
    return PublicityItemOut(
        id=row.id,
        organization_id=row.organization_id,
        organization=session.get_one(Organization, row.organization_id).title,
        subject_kind=PublicitySubject(row.subject_kind),
        title=content.title,
        phase=found,
        phase_words=_phase_words(row, found, terms, today),
        first_day=row.first_day,
        last_day=row.last_day,
    )


def publicity_out(
    session: Session, row: Publicity, *, member_id: int | None, officer: bool, now: datetime
) -> PublicityDetailOut:
    """Return the whole of it, with the list, as `member_id` reads it; the reason of a withdrawal is for officers."""
    today = shanghai_date(now)
    content, terms = queries.content_of(session, row), queries.terms_for(session, row)
    names = account_names(session, [row.proposed_by, row.approved_by])
    due = queries.due_day_of(session, row)
    basis = Basis(row.first_day - timedelta(days=1), row.working_days, VacationEffect.pauses)
    item = item_out(session, row, content, terms, today)
    return PublicityDetailOut(
        **item.model_dump(),
        scope=PublicityScope(row.scope),
        scope_title=SCOPE_TITLES[PublicityScope(row.scope)],
        place=row.place,
        text=row.text,
        working_days=row.working_days,
        counted=counting.counted_words(terms, basis, row.last_day),
        left=days_left(terms, first_day=row.first_day, last_day=row.last_day, today=today),
        resumes_on=terms.day_of_term(today, 1) if item.phase is PublicityPhase.paused else None,
        days=strip_out(counting.strip(terms, row.first_day, row.last_day, VacationEffect.pauses)),
        moves=moves_out(session, due.moves) if due else [],
        proposed=_sign(names[row.proposed_by], row.proposed_role, row.proposed_at),
        approved=_approved(row, names),
        ended_at=row.ended_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason if officer else None,
        telephones=[
            TelephoneOut(title=each.title, number=each.number) for each in telephones_of(session, row.organization_id)
        ],
        groups=groups_out(content, member_id),
        listed=sum(len(group.entries) for group in content.groups),
        unlisted=content.unlisted,
        lines=list(content.lines),
        code=code_of(row.content_hash),
    )


def groups_out(content: PublicityContent, member_id: int | None) -> list[PublicityGroupOut]:
    return [
        PublicityGroupOut(
            heading=group.heading,
            mark=group.mark,
            entries=[
                PublicityEntryOut(name=each.name, words=list(each.words), own=each.member_id == member_id)
                for each in group.entries
            ],
        )
        for group in content.groups
    ]


def items_out(session: Session, rows: Sequence[Publicity], now: datetime) -> list[PublicityItemOut]:
    today = shanghai_date(now)
    return [
        item_out(session, row, queries.content_of(session, row), queries.terms_for(session, row), today) for row in rows
    ]


def _phase_words(row: Publicity, found: PublicityPhase, terms: Terms, today: date) -> str:
    if found is PublicityPhase.upcoming:
        return f"{counting.listed([row.first_day])}开始公示"
    if found is PublicityPhase.paused:
        vacation = terms.vacation_on(today)
        assert vacation is not None
        return f"公示暂停（{vacation.title}）"
    if found is PublicityPhase.running:
        left = days_left(terms, first_day=row.first_day, last_day=row.last_day, today=today)
        return f"公示中，还剩 {left} 个工作日"
    return _PHASES[found]


def _approved(row: Publicity, names: dict[int, str]) -> PublicitySignOut | None:
    if row.approved_by is None or row.approved_role is None or row.approved_at is None:
        return None
    for_committee = row.approved_role in (Role.committee_member, Role.deputy_secretary)
    return _sign(names[row.approved_by], row.approved_role, row.approved_at, for_committee=for_committee)


def _sign(name: str, role: str, at: datetime, *, for_committee: bool = False) -> PublicitySignOut:
    return PublicitySignOut(name=name, role_title=ROLE_TITLES[Role(role)], for_committee=for_committee, at=at)
