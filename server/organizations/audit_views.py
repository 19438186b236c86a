"""The audit trail over HTTP: who did or looked at what in the whole university."""

from sqlalchemy import select

from server.audit.models import AuditLine
from server.errors import DomainError
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.models import Account
from server.identity.rules import Permission
from server.organizations import present
from server.organizations.account_schemas import AuditLineOut, AuditQuery
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Organization
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath, Page, decode_id_cursor, page_of

api = Api("audit", __name__, tag="留痕")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/audit-lines",
    permission=Permission.audit_read,
    target=organization_target,
    responses={200: Page[AuditLineOut]},
)
def list_audit_lines(context: Context, path: OrganizationPath, query: AuditQuery) -> Page[AuditLineOut]:
    """查看留痕：谁在何时办理或查看了什么，最近的在前（只按全校查看）"""
    if context.session.get_one(Organization, path.organization_id).parent_id is not None:
        raise DomainError(OrganizationErrorCode.not_a_root, "留痕按全校查看，请选择学校党委")
    lines = select(AuditLine, Account.name).outerjoin(Account, Account.id == AuditLine.actor_id)
    lines = lines.where(AuditLine.root_id == path.organization_id)
    wanted = {"actor_id": query.actor_id, "subject_kind": query.subject_kind, "subject_id": query.subject_id}
    lines = lines.where(*(getattr(AuditLine, name) == value for name, value in wanted.items() if value is not None))
    if (before := decode_id_cursor(query.cursor)) is not None:
        lines = lines.where(AuditLine.id < before)
    rows = context.session.execute(lines.order_by(AuditLine.id.desc()).limit(query.one_more)).all()
    page, cursor = page_of(query, rows, lambda row: (row[0].id,))
    items = [present.audit_line_out(line, name) for line, name in page]
    return Page(items=items, next_cursor=cursor)
