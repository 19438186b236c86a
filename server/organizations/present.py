"""Turn what organizations hold into what goes over the wire."""

from collections.abc import Sequence
from datetime import date

from server.audit.models import AuditLine
from server.days import shanghai_date
from server.identity import queries as identity
from server.identity.access import Context
from server.identity.models import Account, Grant
from server.identity.rules import ROLE_TITLES, Role
from server.organizations import binding, exemptions, filings, key_resets, members, queries, workdays
from server.organizations.account_schemas import AuditLineOut, GrantOut, KeyResetOut
from server.organizations.exemptions import ExemptionProgress
from server.organizations.filings import NOT_APPROVAL
from server.organizations.history.queries import histories, latest_kinds
from server.organizations.member_schemas import BoundOut, FormerKindsOut, MemberDetailOut, MemberOut, MembershipOut
from server.organizations.members import MemberPlacement
from server.organizations.models import Filing, KeyReset, Membership, Organization, WorkdayOverride
from server.organizations.procedure_schemas import (
    ExemptionOut,
    ExemptionStepOut,
    FilingDetailOut,
    FilingOut,
    FilingStepOut,
)
from server.organizations.schemas import OrganizationOut, settings_out
from server.organizations.workday_schemas import WorkdayOut, WorkdayYearOut, WorkdayYearPath


def organization_out(organization: Organization) -> OrganizationOut:
    return OrganizationOut(
        id=organization.id,
        parent_id=organization.parent_id,
        kind=organization.kind,
        title=organization.title,
        ancestor_ids=list(organization.ancestor_ids),
        supervising_organization_id=organization.parent_id,
        settings=settings_out(organization.settings),
        closed_on=organization.closed_on,
    )


def filings_out(context: Context, rows: Sequence[Filing]) -> list[FilingOut]:
    places = [place for row in rows for place in (row.from_organization_id, row.to_organization_id)]
    titles = queries.titles(context.session, places)
    return [
        FilingOut(
            id=row.id,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            title=row.title,
            from_organization_id=row.from_organization_id,
            from_organization_title=titles[row.from_organization_id],
            to_organization_id=row.to_organization_id,
            to_organization_title=titles[row.to_organization_id],
            status=row.status,
            submitted_at=row.submitted_at,
            decided_at=row.decided_at,
            reason=row.reason,
            notice=NOT_APPROVAL,
        )
        for row in rows
    ]


def filing_detail_out(context: Context, filing: Filing) -> FilingDetailOut:
    steps = filings.steps_of(context.session, filing.id)
    names = queries.account_names(context.session, [step.account_id for step in steps])
    (shown,) = filings_out(context, [filing])
    return FilingDetailOut(
        **dict(shown),
        steps=[
            FilingStepOut(status=step.status, at=step.at, name=names[step.account_id], note=step.note) for step in steps
        ],
    )


def grant_out(granted: Grant, account: Account) -> GrantOut:
    return GrantOut(
        id=granted.id,
        role=granted.role,
        role_title=ROLE_TITLES[Role(granted.role)],
        organization_id=granted.organization_id,
        account_id=account.id,
        member_id=account.member_id,
        name=account.name,
        from_date=granted.from_date,
        until_date=granted.until_date,
    )


def exemptions_out(context: Context, rows: Sequence[ExemptionProgress]) -> list[ExemptionOut]:
    names = members.names(context.session, [row.exemption.member_id for row in rows])
    who = [by for row in rows for by in (row.exemption.studied_by, row.exemption.passed_by)]
    accounts = queries.account_names(context.session, who)
    return [_exemption_out(row, names, accounts) for row in rows]


def _exemption_out(row: ExemptionProgress, names: dict[int, str], accounts: dict[int, str]) -> ExemptionOut:
    exemption = row.exemption
    passed_by = accounts[exemption.passed_by] if exemption.passed_by else None
    return ExemptionOut(
        id=exemption.id,
        member_id=exemption.member_id,
        member_name=names[exemption.member_id],
        organization_id=exemption.organization_id,
        status=row.status,
        reason=exemption.reason,
        studied=ExemptionStepOut(
            on=exemption.studied_on, note=exemption.studied_note, name=accounts[exemption.studied_by]
        ),
        passed=ExemptionStepOut(on=exemption.passed_on, note=exemption.passed_note, name=passed_by),
        filing_id=exemption.filing_id,
        from_date=exemption.from_date,
        until_date=exemption.until_date,
        ended_note=exemption.ended_note,
    )


def key_reset_out(context: Context, reset: KeyReset) -> KeyResetOut:
    assert context.target.member_id is not None
    acting = (reset.proposed_by, reset.confirmed_by, reset.stopped_by)
    names = queries.account_names(context.session, [each for each in acting if each is not None])
    may_stop, may_confirm = key_resets.may(context.session, reset, actor=context.actor, now=context.now)
    return KeyResetOut(
        id=reset.id,
        member_id=context.target.member_id,
        reason=reset.reason,
        phone=context.vault.shown(reset.phone_sealed, masked=True),
        status=key_resets.status_of(reset, now=context.now),
        proposed_by=names[reset.proposed_by],
        proposed_at=reset.proposed_at,
        expires_at=reset.expires_at,
        confirmed_by=names.get(reset.confirmed_by or 0),
        confirmed_at=reset.confirmed_at,
        stopped_by=names.get(reset.stopped_by or 0),
        stopped_at=reset.stopped_at,
        may_confirm=may_confirm,
        may_stop=may_stop,
    )


def members_out(context: Context, rows: Sequence[MemberPlacement]) -> list[MemberOut]:
    ids = [place for row in rows for place in (row.membership.organization_id, row.membership.group_id)]
    titles = queries.titles(context.session, ids)
    return [_member_out(row, titles) for row in rows]


def _member_out(row: MemberPlacement, titles: dict[int, str]) -> MemberOut:
    member, membership, kinds = row.member, row.membership, latest_kinds(row.member)
    return MemberOut(
        id=member.id,
        name=member.name,
        gender=member.gender,
        work_number=member.work_number,
        category=kinds.category,
        stage=kinds.stage,
        duty=member.duty,
        organization_id=membership.organization_id,
        organization_title=titles[membership.organization_id],
        group_id=membership.group_id,
        group_title=titles[membership.group_id] if membership.group_id else None,
        bound=row.bound,
    )


def memberships_out(context: Context, rows: Sequence[Membership]) -> list[MembershipOut]:
    titles = queries.titles(context.session, [place for row in rows for place in (row.organization_id, row.group_id)])
    return [
        MembershipOut(
            organization_id=row.organization_id,
            organization_title=titles[row.organization_id],
            group_id=row.group_id,
            group_title=titles[row.group_id] if row.group_id else None,
            from_date=row.from_date,
            until_date=row.until_date,
        )
        for row in rows
    ]


def member_detail_out(context: Context, member_id: int) -> MemberDetailOut:
    member = members.one(context.session, member_id)
    account = binding.account_of_member(context.session, member_id)
    history = histories(context.session, [member])[member_id]
    return MemberDetailOut(
        id=member.id,
        name=member.name,
        gender=member.gender,
        work_number=member.work_number,
        phone=context.vault.shown(member.phone_sealed, masked=True),
        category=history.latest.category,
        stage=history.latest.stage,
        duty=member.duty,
        joined_on=member.joined_on,
        full_member_on=member.full_member_on,
        bound=account is not None and identity.is_bound(context.session, account_id=account.id),
        exempt=exemptions.is_exempt(context.session, member_id, shanghai_date(context.now)),
        former_kinds=[
            FormerKindsOut(category=each.kinds.category, stage=each.kinds.stage, until_date=each.until)
            for each in reversed(history.former)
        ],
        memberships=memberships_out(context, members.history(context.session, member_id=member_id)),
    )


def audit_line_out(line: AuditLine, actor: str | None) -> AuditLineOut:
    return AuditLineOut(
        id=line.id,
        at=line.at,
        actor_id=line.actor_id,
        actor=actor,
        action=line.action,
        subject_kind=line.subject_kind,
        subject_id=line.subject_id,
        detail=line.detail,
        request_id=line.request_id,
    )


def workday_out(row: WorkdayOverride) -> WorkdayOut:
    return WorkdayOut(day=row.day, works=row.works, note=row.note, changed_at=row.changed_at)


def workday_year_out(context: Context, path: WorkdayYearPath) -> WorkdayYearOut:
    root_id, first, last = _root_id(context, path.organization_id), date(path.year, 1, 1), date(path.year, 12, 31)
    rows = workdays.of_year(context.session, root_id=root_id, year=path.year)
    notice = workdays.calendar_of(context.session, root_id=root_id, around=first).note(first, last)
    entry = workdays.year_entry(context.session, root_id=root_id, year=path.year)
    return WorkdayYearOut(
        year=path.year,
        known=notice is None,
        notice=notice,
        announcement=entry.note if entry else None,
        items=[workday_out(row) for row in rows],
    )


def _root_id(context: Context, organization_id: int) -> int:
    return context.session.get_one(Organization, organization_id).root_id or organization_id


def bound_out(account: Account) -> BoundOut:
    return BoundOut(account_id=account.id, member_id=account.member_id, name=account.name)
