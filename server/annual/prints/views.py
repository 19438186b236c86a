"""打印年度表册: ordered by an officer, made by a job, downloaded by signed link."""

from flask import Response

from server.annual.prints import files, present, queries, service
from server.annual.prints.rules import PrintStatus
from server.annual.prints.schemas import (
    PrintFileQuery,
    PrintIn,
    PrintOut,
    PrintPath,
    PrintsOut,
)
from server.annual.prints.targets import print_target
from server.annual.results.schemas import OrganizationYearPath
from server.audit.subjects import AuditSubject
from server.documents.formats import attached, described
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import organization_target

api = Api("prints", __name__, tag="年度表册")

FILE_RESPONSE = described("application/pdf", "application/zip")


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/years/<int:year>/prints",
    permission=Permission.form_print,
    target=organization_target,
    responses={201: PrintOut},
)
def order_print(context: Context, path: OrganizationYearPath, body: PrintIn) -> tuple[PrintOut, int]:
    """打印本组织及所属党支部的年度表册；正在生成的同样一份不重复生成"""
    made = service.order(
        context.session,
        path.organization_id,
        year=path.year,
        form=body.form,
        format=body.format,
        account_id=context.account_id,
        now=context.now,
    )
    return present.outs(context, [made])[0], 201


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/years/<int:year>/prints",
    permission=Permission.form_print,
    target=organization_target,
    responses={200: PrintsOut},
)
def list_prints(context: Context, path: OrganizationYearPath) -> PrintsOut:
    """本组织该年度还保留着的打印"""
    rows = queries.of_organization(context.session, path.organization_id, path.year)
    _note_links(context, *(row.id for row in rows if row.status == PrintStatus.done))
    return PrintsOut(items=present.outs(context, rows))


@api.guarded(
    "GET",
    "/prints/<int:print_id>",
    permission=Permission.form_print,
    target=print_target,
    responses={200: PrintOut},
)
def get_print(context: Context, path: PrintPath) -> PrintOut:
    """一次打印的进度；生成后附下载链接"""
    row = queries.find(context.session, path.print_id)
    if row.status == PrintStatus.done:
        _note_links(context, row.id)
    return present.outs(context, [row])[0]


def _note_links(context: Context, *print_ids: int) -> None:
    """Whoever is handed a link takes the file with them: the link itself says no name."""
    for print_id in print_ids:
        context.audit_export(AuditSubject.print, print_id)


@api.guarded(
    "GET",
    "/prints/<int:print_id>/file",
    permission=None,
    responses={200: FILE_RESPONSE},
)
def get_print_file(context: Context, path: PrintPath, query: PrintFileQuery) -> Response:
    """凭限时签名链接下载表册"""
    file, content = files.read(
        context.session,
        context.settings,
        print_id=path.print_id,
        number=query.number,
        expires=query.expires,
        signature=query.signature,
        now=context.now,
    )
    return attached(content, name=file.name, media_type=file.media_type)
