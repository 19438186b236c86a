"""Working days over HTTP: what the university counts otherwise than the national calendar."""

from server import workdays as calendar
from server.errors import DomainError
from server.identity.guard import Api, Context
from server.identity.rules import Permission
from server.organizations import workdays
from server.organizations.models import Organization, WorkdayOverride
from server.organizations.targets import organization_target
from server.organizations.workday_schemas import WorkdayIn, WorkdayOut, WorkdayPath, WorkdayYearOut, WorkdayYearPath

api = Api("workdays", __name__, tag="工作日")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/workdays/<int:year>",
    permission=Permission.organization_read,
    target=organization_target,
    responses={200: WorkdayYearOut},
)
def list_workdays(context: Context, path: WorkdayYearPath) -> WorkdayYearOut:
    """全校一年中另行规定的工作日和休息日"""
    rows = workdays.of_year(context.session, root_id=_root_id(context, path.organization_id), year=path.year)
    known = calendar.is_known(path.year)
    notice = None if known else f"{path.year} 年放假安排尚未收录，暂按周一至周五计算；公布后请在此录入"
    return WorkdayYearOut(year=path.year, known=known, notice=notice, items=[_out(row) for row in rows])


@api.guarded(
    "PUT",
    "/organizations/<int:organization_id>/workdays/<string:day>",
    permission=Permission.workday_manage,
    target=organization_target,
    responses={200: WorkdayOut},
)
def set_workday(context: Context, path: WorkdayPath, body: WorkdayIn) -> WorkdayOut:
    """规定某一天上班或休息（写明依据）"""
    row = workdays.override(
        context.session,
        root_id=_whole_university(context, path.organization_id),
        day=path.day,
        works=body.works,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    return _out(row)


@api.guarded(
    "DELETE",
    "/organizations/<int:organization_id>/workdays/<string:day>",
    permission=Permission.workday_manage,
    target=organization_target,
    responses={204: None},
)
def forget_workday(context: Context, path: WorkdayPath) -> tuple[None, int]:
    """撤销规定，仍按国家日历"""
    root_id = _whole_university(context, path.organization_id)
    workdays.forget(context.session, root_id=root_id, day=path.day, account_id=context.account_id, now=context.now)
    return None, 204


def _root_id(context: Context, organization_id: int) -> int:
    return context.session.get_one(Organization, organization_id).root_id or organization_id


def _whole_university(context: Context, organization_id: int) -> int:
    """Return the root. Raises DomainError `not_a_root`."""
    if context.session.get_one(Organization, organization_id).parent_id is not None:
        raise DomainError("not_a_root", "工作日按全校规定，请选择学校党委")
    return organization_id


def _out(row: WorkdayOverride) -> WorkdayOut:
    return WorkdayOut(day=row.day, works=row.works, note=row.note, changed_at=row.changed_at)
