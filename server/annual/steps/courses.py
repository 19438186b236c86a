"""The course that a branch takes with a year, and how far it has come on it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.steps.gates import rates_stars
from server.annual.steps.models import AnnualCourse
from server.annual.steps.rules import Course, Progress, StepTerms
from server.organizations.models import Organization
from server.organizations.rules import YearFlow
from server.years.models import BranchYear
from server.years.rules import YearState


@dataclass(frozen=True, slots=True)
class Way:
    """A branch's year, on its course. `row` fixes the course once the year is drafted."""

    organization: Organization
    branch_year: BranchYear
    course: Course
    progress: Progress
    terms: StepTerms
    row: AnnualCourse | None


def way_of(session: Session, organization: Organization, branch_year: BranchYear) -> Way:
    """Return the way of a branch with a year; until it is drafted, the settings of today decide the course."""
    row = None
    if branch_year.id is not None:
        row = session.get(AnnualCourse, branch_year.id, populate_existing=True)
    settings = _settings(session, organization)
    stars = YearState(row.stars_state) if row is not None and row.stars_state is not None else None
    return Way(
        organization=organization,
        branch_year=branch_year,
        course=row.course if row is not None else _course(session, settings, organization, branch_year.year),
        progress=Progress(YearState(branch_year.state), stars),
        terms=_terms(settings),
        row=row,
    )


def _settings(session: Session, organization: Organization) -> Mapping[str, Any]:
    """Return the settings above a branch, the nearer ones first to count."""
    above = organization.ancestor_ids[:-1]
    query = select(Organization.id, Organization.settings).where(Organization.id.in_(above))
    found: dict[int, dict[str, Any]] = dict(session.execute(query).all())
    return {name: value for each in above for name, value in found[each].items()}


def _course(session: Session, above: Mapping[str, Any], organization: Organization, year: int) -> Course:
    own = organization.settings.get("points_publicized", above.get("points_publicized", False))
    flow = YearFlow(above.get("year_flow", YearFlow.one_round))
    return Course(flow, points_publicized=bool(own), rates_stars=rates_stars(session, organization, year))


def _terms(above: Mapping[str, Any]) -> StepTerms:
    return StepTerms(**{each.name: above[each.name] for each in fields(StepTerms) if each.name in above})
