"""Turn a comparison of branches into what goes over the wire."""

from server.statements.comparison.queries import Overview
from server.statements.comparison.rules import Sums
from server.statements.comparison.schemas import ComparedOut, ComparedUnitOut, OverviewOut, PendingOut


def overview_out(found: Overview) -> OverviewOut:
    units = found.comparison.units
    return OverviewOut(
        organization_id=found.organization.id,
        title=found.organization.title,
        kind=found.organization.kind,
        period=found.period,
        since=found.since,
        total=_compared_out(found.comparison.total),
        own=_compared_out(found.comparison.own),
        units=[
            ComparedUnitOut(
                organization_id=unit.id, title=unit.title, kind=unit.kind, figures=_compared_out(units[unit.id])
            )
            for unit in found.units
        ],
    )


def _compared_out(sums: Sums) -> ComparedOut:
    return ComparedOut(
        members=sums.members,
        average=sums.average,
        attendance=sums.attendance,
        review_days=sums.review_days,
        pending=PendingOut(
            claims=sums.claims,
            leaves=sums.leaves,
            rosters=sums.rosters,
            statements=sums.statements,
            unreached=sums.unreached,
        ),
    )
