"""The overview over HTTP: an organization's branches side by side, and what waits with them."""

from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath
from server.statements.comparison import present, queries
from server.statements.comparison.schemas import OverviewOut

api = Api("overview", __name__, tag="支部对比")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/overview",
    permission=Permission.overview_read,
    target=organization_target,
    responses={200: OverviewOut},
)
def show_overview(context: Context, path: OrganizationPath) -> OverviewOut:
    """下级党组织的对比和待办：平均分、人数、出勤、审核用时，各项待处理的件数；不含个人信息"""
    found = queries.overview(context.session, organization_id=path.organization_id, now=context.now)
    return present.overview_out(found)
