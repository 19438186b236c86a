"""Turn an import of the roster into what goes over the wire."""

from server.organizations.roster.models import RosterImport
from server.organizations.roster.rules import RosterProblem
from server.organizations.roster.schemas import RosterImportOut, RosterProblemOut, RosterResultOut, RosterSummaryOut

_SHOWN_PROBLEMS = 100


def import_out(roster: RosterImport, problems: list[RosterProblem]) -> RosterImportOut:
    return RosterImportOut(
        id=roster.id,
        organization_id=roster.organization_id,
        file_name=roster.file_name,
        create_missing=roster.create_missing,
        status=roster.status,
        rows_total=roster.rows_total,
        rows_done=roster.rows_done,
        percent=roster.rows_done * 100 // roster.rows_total if roster.rows_total else 100,
        summary=RosterSummaryOut.model_validate(roster.summary),
        result=RosterResultOut.model_validate(roster.result),
        problems=[_problem_out(problem) for problem in problems[:_SHOWN_PROBLEMS]],
        created_at=roster.created_at,
        finished_at=roster.finished_at,
    )


def _problem_out(problem: RosterProblem) -> RosterProblemOut:
    return RosterProblemOut(
        row=problem.row,
        sheet=problem.sheet,
        column=problem.column,
        message=problem.message,
        warning=problem.warning,
        text=problem.text,
    )
