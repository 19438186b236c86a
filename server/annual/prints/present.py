"""Turn prints into what goes over the wire."""

from collections.abc import Sequence

from server.annual.prints import queries
from server.annual.prints.files import signed_url
from server.annual.prints.models import Print
from server.annual.prints.rules import KEPT, TITLES, PrintForm
from server.annual.prints.schemas import PrintFileOut, PrintOut
from server.identity.access import Context
from server.organizations.queries import account_names


def outs(context: Context, rows: Sequence[Print]) -> list[PrintOut]:
    """Present prints, with links to the files of those that are done."""
    names = account_names(context.session, [row.asked_by for row in rows])
    return [_out(context, row, names[row.asked_by]) for row in rows]


def _out(context: Context, row: Print, asked_by: str) -> PrintOut:
    files = queries.files_of(context.session, row.id)
    return PrintOut(
        id=row.id,
        organization_id=row.organization_id,
        year=row.year,
        form=row.form,
        format=row.format,
        title=TITLES[PrintForm(row.form)],
        status=row.status,
        papers=row.papers,
        made=row.made,
        problem=row.problem,
        asked_by=asked_by,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        kept_until=row.asked_at + KEPT,
        files=[
            PrintFileOut(
                number=file.number,
                name=file.name,
                bytes=file.bytes,
                url=signed_url(context.settings, file, now=context.now),
            )
            for file in files
        ],
    )
