"""季通报 over HTTP: drafts and publication, the annex and who has received it, Word and PDF."""

from flask import Response

from server.audit.subjects import AuditSubject
from server.documents.formats import ENDINGS, FILE_RESPONSE, MEDIA_TYPES, FileFormat, attached
from server.errors import not_found
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, allows
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath, Page, PageQuery, decode_id_cursor, page_of
from server.statements.bulletins import document, present, queries, service
from server.statements.bulletins.schemas import (
    AnnexBranchOut,
    BulletinBranchPath,
    BulletinDescriptionIn,
    BulletinFileQuery,
    BulletinOut,
    BulletinPath,
    BulletinReceiptOut,
    BulletinSummaryOut,
    BulletinVerificationOut,
)
from server.statements.bulletins.targets import bulletin_target
from server.statements.models import Bulletin
from server.statements.rules import BulletinStatus

api = Api("bulletins", __name__, tag="季通报")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/bulletins",
    permission=Permission.bulletin_read,
    target=organization_target,
    responses={200: Page[BulletinSummaryOut]},
)
def list_bulletins(context: Context, path: OrganizationPath, query: PageQuery) -> Page[BulletinSummaryOut]:
    """本组织的季通报，以及上级发给本支部的；草稿只有起草单位看得到"""
    rows = queries.list_of(
        context.session,
        path.organization_id,
        drafts=allows(context.actor, Permission.bulletin_manage, context.target),
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page[BulletinSummaryOut](items=present.summaries(context.session, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/bulletins/<int:bulletin_id>",
    permission=Permission.bulletin_read,
    target=bulletin_target,
    responses={200: BulletinOut},
)
def get_bulletin(context: Context, path: BulletinPath) -> BulletinOut:
    """一份季通报的数据，不含附件"""
    return present.one(context, _visible(context, path.bulletin_id))


def _visible(context: Context, bulletin_id: int) -> Bulletin:
    """Return a bulletin; only those who issue it see a draft."""
    bulletin = queries.find(context.session, bulletin_id)
    manages = allows(context.actor, Permission.bulletin_manage, context.target)
    if bulletin.status != BulletinStatus.published and not manages:
        raise not_found("季通报")
    return bulletin


@api.guarded(
    "PUT",
    "/bulletins/<int:bulletin_id>/description",
    permission=Permission.bulletin_manage,
    target=bulletin_target,
    responses={200: BulletinOut},
)
def describe_bulletin(context: Context, path: BulletinPath, body: BulletinDescriptionIn) -> BulletinOut:
    """填写草稿的文号和情况说明"""
    bulletin = service.describe(
        context.session,
        path.bulletin_id,
        document_number=body.document_number or None,
        remarks=body.remarks or None,
        account_id=context.account_id,
        now=context.now,
    )
    return present.one(context, bulletin)


@api.guarded(
    "POST",
    "/bulletins/<int:bulletin_id>/redrawing",
    permission=Permission.bulletin_manage,
    target=bulletin_target,
    responses={200: BulletinOut},
)
def redraw_bulletin(context: Context, path: BulletinPath) -> BulletinOut:
    """按现有数据重新生成草稿，例如某支部补做了月汇总"""
    bulletin = service.redraw(context.session, path.bulletin_id, account_id=context.account_id, now=context.now)
    return present.one(context, bulletin)


@api.guarded(
    "POST",
    "/bulletins/<int:bulletin_id>/publication",
    permission=Permission.bulletin_manage,
    target=bulletin_target,
    responses={200: BulletinOut},
)
def publish_bulletin(context: Context, path: BulletinPath) -> BulletinOut:
    """发布，须已填文号"""
    bulletin = service.publish(context.session, path.bulletin_id, account_id=context.account_id, now=context.now)
    return present.one(context, bulletin)


@api.guarded(
    "GET",
    "/bulletins/<int:bulletin_id>/verification",
    permission=Permission.bulletin_audit,
    target=bulletin_target,
    responses={200: BulletinVerificationOut},
)
def verify_bulletin(context: Context, path: BulletinPath) -> BulletinVerificationOut:
    """由月汇总重新计算，与冻结的快照核对"""
    return present.verification(context.session, _visible(context, path.bulletin_id))


@api.guarded(
    "GET",
    "/bulletins/<int:bulletin_id>/annex",
    permission=Permission.bulletin_audit,
    target=bulletin_target,
    responses={200: Page[AnnexBranchOut]},
)
def get_annex(context: Context, path: BulletinPath, query: PageQuery) -> Page[AnnexBranchOut]:
    """附件：各支部党员积分明细（内部），逐支部"""
    context.audit_look(AuditSubject.bulletin_annex, path.bulletin_id)
    content = queries.content_of(_visible(context, path.bulletin_id))
    start = decode_id_cursor(query.cursor) or 0
    numbered = list(enumerate(content.branches, 1))[start : start + query.one_more]
    page, cursor = page_of(query, numbered, lambda row: (row[0],))
    return Page(items=present.annex(context.session, content, [branch for _, branch in page]), next_cursor=cursor)


@api.guarded(
    "GET",
    "/bulletins/<int:bulletin_id>/branches/<int:organization_id>/annex",
    permission=Permission.bulletin_annex,
    target=organization_target,
    responses={200: Page[AnnexBranchOut]},
)
def get_branch_annex(context: Context, path: BulletinBranchPath) -> Page[AnnexBranchOut]:
    """附件中本支部的部分（内部）"""
    context.audit_look(AuditSubject.bulletin_annex, path.bulletin_id)
    content = queries.content_of(queries.find_published(context.session, path.bulletin_id, path.organization_id))
    own = [each for each in content.branches if each.organization_id == path.organization_id]
    return Page(items=present.annex(context.session, content, own))


@api.guarded(
    "POST",
    "/bulletins/<int:bulletin_id>/branches/<int:organization_id>/receipt",
    permission=Permission.bulletin_acknowledge,
    target=organization_target,
    responses={200: BulletinReceiptOut},
)
def acknowledge_bulletin(context: Context, path: BulletinBranchPath) -> BulletinReceiptOut:
    """支部签收季通报及附件"""
    receipt = service.acknowledge(
        context.session,
        path.bulletin_id,
        organization_id=path.organization_id,
        account_id=context.account_id,
        now=context.now,
    )
    return present.receipt(context.session, receipt)


@api.guarded(
    "GET",
    "/bulletins/<int:bulletin_id>/file",
    permission=Permission.bulletin_audit,
    target=bulletin_target,
    responses={200: FILE_RESPONSE},
)
def get_bulletin_file(context: Context, path: BulletinPath, query: BulletinFileQuery) -> Response:
    """下载正文和全部附件，Word 或 PDF"""
    context.audit_look(AuditSubject.bulletin_annex, path.bulletin_id)
    return _file(context, _visible(context, path.bulletin_id), query.format, None)


@api.guarded(
    "GET",
    "/bulletins/<int:bulletin_id>/branches/<int:organization_id>/file",
    permission=Permission.bulletin_annex,
    target=organization_target,
    responses={200: FILE_RESPONSE},
)
def get_branch_bulletin_file(context: Context, path: BulletinBranchPath, query: BulletinFileQuery) -> Response:
    """下载正文和附件中本支部的部分，Word 或 PDF"""
    context.audit_look(AuditSubject.bulletin_annex, path.bulletin_id)
    bulletin = queries.find_published(context.session, path.bulletin_id, path.organization_id)
    return _file(context, bulletin, query.format, path.organization_id)


def _file(context: Context, bulletin: Bulletin, form: FileFormat, organization_id: int | None) -> Response:
    paper = document.of_bulletin(context.session, bulletin, organization_id=organization_id)
    content = document.as_word(paper) if form is FileFormat.word else document.as_pdf(paper)
    return attached(content, name=f"{paper.title}.{ENDINGS[form]}", media_type=MEDIA_TYPES[form])
