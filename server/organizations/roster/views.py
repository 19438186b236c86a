"""Roster import over HTTP: template, dry run, preview, confirmation, progress, report."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, after_this_request, current_app, request

from server.audit.subjects import AuditSubject
from server.identity import limits
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.roster import applying, present, queries, service, sheets
from server.organizations.roster.entries import unpack_problems
from server.organizations.roster.models import RosterImport
from server.organizations.roster.schemas import (
    ImportPath,
    RosterForm,
    RosterImportOut,
    RosterPreviewOut,
)
from server.organizations.targets import organization_target, roster_import_target
from server.presentation import (
    OrganizationPath,
    Page,
    PageQuery,
    decode_id_cursor,
    decode_numbers,
    page_of,
)
from server.privacy import PhoneVault
from server.spreadsheets.writing import XLSX

api = Api("roster", __name__, tag="名册导入")

SHEET_RESPONSE = {"content": {XLSX: {"schema": {"type": "string", "contentMediaType": XLSX}}}}


def received(view: Callable[..., Any]) -> Callable[..., Any]:
    """Receive the whole upload before a transaction is opened."""

    @wraps(view)
    def receiving(**path: Any) -> Any:
        _ = request.files
        return view(**path)

    return receiving


def _sheet(content: bytes, name: str) -> Response:
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@api.guarded("GET", "/roster-template", permission=None, responses={200: SHEET_RESPONSE})
def download_template(_context: Context) -> Response:
    """下载空白名册模板"""
    return _sheet(sheets.template(), "roster-template.xlsx")


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/roster-imports",
    permission=Permission.roster_import,
    target=organization_target,
    responses={201: RosterImportOut},
    idempotent=False,
    decorators=(received, *limits.upload),
)
def upload_roster(context: Context, path: OrganizationPath, form: RosterForm) -> tuple[RosterImportOut, int]:
    """上传名册并预检（不改动任何数据）"""
    context.session.rollback()  # parsing takes seconds, and SQLite has one writer
    parsed = service.read(form.file.stream, now=context.now)
    roster = service.prepare(
        context.session,
        PhoneVault(context.settings.phone_keys),
        organization_id=path.organization_id,
        parsed=parsed,
        file_name=form.file.filename or "",
        create_missing=form.create_missing,
        account_id=context.account_id,
        now=context.now,
    )
    return present.import_out(roster, unpack_problems(roster.problems)), 201


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/roster-imports",
    permission=Permission.roster_import,
    target=organization_target,
    responses={200: Page[RosterImportOut]},
)
def list_imports(context: Context, path: OrganizationPath, query: PageQuery) -> Page[RosterImportOut]:
    """名册导入记录"""
    rows = queries.list_imports(
        context.session,
        organization_id=path.organization_id,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    items = [present.import_out(roster, []) for roster in page]
    return Page(items=items, next_cursor=cursor)


@api.guarded(
    "GET",
    "/roster-imports/<int:import_id>",
    permission=Permission.roster_import,
    target=roster_import_target,
    responses={200: RosterImportOut},
)
def read_import(context: Context, path: ImportPath) -> RosterImportOut:
    """导入进度与结果"""
    roster = context.session.get_one(RosterImport, path.import_id)
    problems = queries.problems_of(context.session, roster)
    if problems:
        context.audit_look(AuditSubject.roster_problems, path.import_id)
    return present.import_out(roster, problems)


@api.guarded(
    "GET",
    "/roster-imports/<int:import_id>/rows",
    permission=Permission.roster_import,
    target=roster_import_target,
    responses={200: Page[RosterPreviewOut]},
)
def preview_rows(context: Context, path: ImportPath, query: PageQuery) -> Page[RosterPreviewOut]:
    """预览将新增、变更、转移的各行（导入后清除）"""
    chunk, index = _position(query.cursor)
    rows = queries.preview(context.session, import_id=path.import_id, chunk=chunk, index=index, limit=query.one_more)
    page, cursor = page_of(query, rows, lambda row: (row[0], row[1] + 1))
    context.audit_look(AuditSubject.roster_import, path.import_id)
    return Page(
        items=[RosterPreviewOut.model_validate(row) for _, _, row in page],
        next_cursor=cursor,
    )


def _position(cursor: str | None) -> tuple[int, int]:
    """Return the chunk and the index in it at which a page begins."""
    if cursor is None:
        return 0, 0
    chunk, index = decode_numbers(cursor, 2)
    return chunk, index


@api.guarded(
    "POST",
    "/roster-imports/<int:import_id>/application",
    permission=Permission.roster_import,
    target=roster_import_target,
    responses={202: RosterImportOut},
)
def apply_import(context: Context, path: ImportPath) -> tuple[RosterImportOut, int]:
    """确认导入：后台执行，进度随时可查；重复确认不会重复导入"""
    roster = service.confirm(context.session, import_id=path.import_id, account_id=context.account_id, now=context.now)
    engine = current_app.extensions["engine"]

    @after_this_request
    def start(response: Response) -> Response:
        """Begin once the confirmation is committed."""
        if response.status_code == 202:
            applying.start(engine, path.import_id)
        return response

    return present.import_out(roster, []), 202


@api.guarded(
    "POST",
    "/roster-imports/<int:import_id>/discarding",
    permission=Permission.roster_import,
    target=roster_import_target,
    responses={200: RosterImportOut},
)
def discard_import(context: Context, path: ImportPath) -> RosterImportOut:
    """作废未确认的导入"""
    roster = service.discard(context.session, import_id=path.import_id, account_id=context.account_id, now=context.now)
    return present.import_out(roster, [])


@api.guarded(
    "GET",
    "/roster-imports/<int:import_id>/problems",
    permission=Permission.roster_import,
    target=roster_import_target,
    responses={200: SHEET_RESPONSE},
)
def download_problems(context: Context, path: ImportPath) -> Response:
    """下载问题清单（Excel）"""
    context.audit_look(AuditSubject.roster_problems, path.import_id)
    roster = context.session.get_one(RosterImport, path.import_id)
    return _sheet(
        sheets.problem_report(queries.problems_of(context.session, roster)), f"roster-problems-{roster.id}.xlsx"
    )
