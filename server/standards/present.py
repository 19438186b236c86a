"""Turn standards into what goes over the wire."""

from server.identity.access import Context
from server.organizations.models import Organization
from server.standards.comparison import StandardChange
from server.standards.models import Standard, StandardStatus
from server.standards.problems import StandardProblem
from server.standards.rules import Audience
from server.standards.schemas import ChangeOut, FieldChangeOut, ProblemOut, StandardOut


def standard_out(context: Context, standard: Standard, *, year: int | None = None) -> StandardOut:
    """`year`: the one it stands in for, if last year's is not carried forward yet."""
    return StandardOut(**heading(context, standard, year), document=standard.document)


def heading(context: Context, standard: Standard, year: int | None = None) -> dict[str, object]:
    year = year or standard.year
    carried = standard.carried_from_id is not None or standard.year < year
    organization = context.session.get_one(Organization, standard.organization_id)
    return {
        "id": standard.id,
        "organization_id": organization.id,
        "organization_title": organization.title,
        "year": year,
        "audience": Audience(standard.audience),
        "version": standard.version,
        "title": standard.document_json["title"],
        "status": StandardStatus(standard.status),
        "in_force": bool(standard.in_force),
        "revision": standard.revision,
        "note": standard.note,
        "source_id": standard.source_id,
        "carried_from_year": year - 1 if carried else None,
        "content_hash": standard.content_hash,
        "created_at": standard.created_at,
        "updated_at": standard.updated_at,
        "published_at": standard.published_at,
    }


def problem_out(problem: StandardProblem) -> ProblemOut:
    return ProblemOut(path=problem.path, message=problem.message, also=list(problem.also))


def change_out(change: StandardChange) -> ChangeOut:
    return ChangeOut(
        kind=change.kind,
        part=change.part,
        code=change.code,
        title=change.title,
        text_only=change.text_only,
        fields=[FieldChangeOut(field=each.field, before=each.before, after=each.after) for each in change.fields],
    )
