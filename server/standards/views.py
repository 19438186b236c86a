"""Standards over HTTP: what is in force, the versions, and a draft's way to publication."""

from server.errors import not_found
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, Target, allows
from server.organizations.filings import NOT_APPROVAL
from server.organizations.models import FilingStatus
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath, Page, decode_id_cursor, page_of
from server.standards import drafts, present, queries, service, versions
from server.standards.comparison import changes
from server.standards.models import Standard, StandardStatus
from server.standards.schemas import (
    CheckIn,
    CheckOut,
    DiffOut,
    DiffQuery,
    DraftIn,
    EditIn,
    InForceQuery,
    PublishedOut,
    PublishIn,
    StandardFilingOut,
    StandardLine,
    StandardOut,
    StandardPath,
    UnitOut,
    VersionsQuery,
)
from server.standards.targets import of_standard, standard_target
from server.standards.versions import in_force

api = Api("standards", __name__, tag="积分标准")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/standards/in-force",
    permission=Permission.standard_read,
    target=organization_target,
    responses={200: StandardOut},
)
def read_in_force(context: Context, path: OrganizationPath, query: InForceQuery) -> StandardOut:
    """查看某党组织某年度执行的积分标准"""
    standard = in_force(context.session, organization_id=path.organization_id, year=query.year, audience=query.audience)
    return present.standard_out(context, standard, year=query.year)


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/standards",
    permission=Permission.standard_read,
    target=organization_target,
    responses={200: Page[StandardLine]},
)
def list_versions(context: Context, path: OrganizationPath, query: VersionsQuery) -> Page[StandardLine]:
    """列出某党组织制定的各版积分标准（草稿仅管理者可见）"""
    rows = versions.versions(
        context.session,
        organization_id=path.organization_id,
        with_drafts=_manages(context, context.target),
        year=query.year,
        audience=query.audience,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    lines = [StandardLine(**present.heading(context, standard)) for standard in page]
    return Page(items=lines, next_cursor=cursor)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/standards",
    permission=Permission.standard_manage,
    target=organization_target,
    responses={201: StandardOut},
)
def create_draft(context: Context, path: OrganizationPath, body: DraftIn) -> tuple[StandardOut, int]:
    """起草积分标准：空白、由默认标准、由上一年度或由某一版本开始"""
    draft = drafts.begin_draft(
        context.session,
        organization_id=path.organization_id,
        year=body.year,
        audience=body.audience,
        source=body.source,
        source_id=body.source_id,
        created_by=context.account_id,
        now=context.now,
    )
    return present.standard_out(context, draft), 201


@api.guarded(
    "GET",
    "/standards/<int:standard_id>",
    permission=Permission.standard_read,
    target=standard_target,
    responses={200: StandardOut},
)
def read_standard(context: Context, path: StandardPath) -> StandardOut:
    """查看一版积分标准"""
    return present.standard_out(context, _readable(context, path.standard_id))


@api.guarded(
    "PUT",
    "/standards/<int:standard_id>",
    permission=Permission.standard_manage,
    target=standard_target,
    responses={200: StandardOut},
)
def edit_draft(context: Context, path: StandardPath, body: EditIn) -> StandardOut:
    """保存草稿"""
    draft = drafts.edit_draft(
        context.session,
        standard_id=path.standard_id,
        document=body.document,
        note=body.note,
        revision=body.revision,
        edited_by=context.account_id,
        now=context.now,
    )
    return present.standard_out(context, draft)


@api.guarded(
    "POST",
    "/standards/<int:standard_id>/check",
    permission=Permission.standard_manage,
    target=standard_target,
    responses={200: CheckOut},
    idempotent=False,
)
def check_draft(context: Context, path: StandardPath, body: CheckIn) -> CheckOut:
    """检查草稿（或所附的未保存内容）能否发布，不保存"""
    found = queries.check(context.session, standard_id=path.standard_id, document=body.document)
    return CheckOut(publishable=not found, problems=[present.problem_out(problem) for problem in found])


@api.guarded(
    "GET",
    "/standards/<int:standard_id>/diff",
    permission=Permission.standard_read,
    target=standard_target,
    responses={200: DiffOut},
)
def compare(context: Context, path: StandardPath, query: DiffQuery) -> DiffOut:
    """比较两版积分标准"""
    before, after = _readable(context, query.against), _readable(context, path.standard_id)
    found = changes(before.document, after.document)
    return DiffOut(
        before_id=before.id,
        after_id=after.id,
        same_figures=all(change.text_only for change in found),
        changes=[present.change_out(change) for change in found],
    )


@api.guarded(
    "POST",
    "/standards/<int:standard_id>/publish",
    permission=Permission.standard_manage,
    target=standard_target,
    responses={200: PublishedOut},
)
def publish(context: Context, path: StandardPath, body: PublishIn) -> PublishedOut:
    """发布草稿，发布后不可更改"""
    standard = service.publish(
        context.session,
        standard_id=path.standard_id,
        revision=body.revision,
        published_by=context.account_id,
        now=context.now,
    )
    behind = queries.left_behind(context.session, standard)
    units = [UnitOut(organization_id=organization.id, title=organization.title) for organization in behind]
    return PublishedOut(**present.heading(context, standard), document=standard.document, left_behind=units)


@api.guarded(
    "POST",
    "/standards/<int:standard_id>/withdraw",
    permission=Permission.standard_manage,
    target=standard_target,
    responses={200: StandardOut},
)
def withdraw(context: Context, path: StandardPath) -> StandardOut:
    """撤回草稿"""
    draft = drafts.withdraw(
        context.session, standard_id=path.standard_id, withdrawn_by=context.account_id, now=context.now
    )
    return present.standard_out(context, draft)


@api.guarded(
    "POST",
    "/standards/<int:standard_id>/filing",
    permission=Permission.standard_manage,
    target=standard_target,
    responses={200: StandardFilingOut},
)
def file(context: Context, path: StandardPath) -> StandardFilingOut:
    """将已发布的标准报上级备案"""
    filing = service.file(
        context.session, standard_id=path.standard_id, submitted_by=context.account_id, now=context.now
    )
    return StandardFilingOut(
        filing_id=filing.id,
        status=FilingStatus(filing.status),
        submitted_at=filing.submitted_at,
        remark=NOT_APPROVAL,
    )


def _readable(context: Context, standard_id: int) -> Standard:
    """A published version within reach of the caller, or a draft they may manage."""
    target = of_standard(context.session, standard_id)
    if target is None or not allows(context.actor, Permission.standard_read, target):
        raise not_found("积分标准")
    standard = context.session.get_one(Standard, standard_id)
    if standard.status != StandardStatus.published and not _manages(context, target):
        raise not_found("积分标准")
    return standard


def _manages(context: Context, target: Target) -> bool:
    return allows(context.actor, Permission.standard_manage, target)
