"""导出我的数据: everything held about a member, for that member alone."""

import io
import tempfile
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, send_file

from server.audit.subjects import AuditSubject
from server.export import files, queries
from server.export.schemas import FILE_RESPONSE, MEDIA_TYPES, ExportForm, ExportQuery
from server.identity import limits
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import member_target
from server.photos.storage import storage_of
from server.presentation import MemberPath

api = Api("export", __name__, tag="个人信息")


@api.guarded(
    "GET",
    "/members/<int:member_id>/export",
    permission=Permission.data_export,
    target=member_target,
    responses={200: FILE_RESPONSE},
    decorators=limits.export,
)
def export_my_data(context: Context, path: MemberPath, query: ExportQuery) -> Response:
    """导出本人的全部数据：压缩包（含照片），或便于手机查看的表格"""
    context.audit_export(AuditSubject.personal_data, path.member_id)
    subject = queries.subject_of(context.session, context.vault, path.member_id)
    tables = queries.collect(context.session, subject)
    if query.form is ExportForm.workbook:
        return _sent(io.BytesIO(files.workbook(tables, name=subject.name, now=context.now)), query.form)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    photos = queries.photos_of(context.session, subject)
    files.archive(file, tables, photos, storage_of(context.settings), name=subject.name, now=context.now)
    return _sent(file, query.form)


def _sent(file: BinaryIO, form: ExportForm) -> Response:
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    response = send_file(file, mimetype=MEDIA_TYPES[form])
    response.content_length = length  # without it a phone cannot show how far it is
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'我的数据.{form.value}')}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
