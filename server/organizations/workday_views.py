"""Working days over HTTP: where the university differs from the national calendar."""

from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations import present, workdays
from server.organizations.service import whole_university
from server.organizations.targets import organization_target
from server.organizations.workday_schemas import (
    WorkdayIn,
    WorkdayOut,
    WorkdayPath,
    WorkdayYearIn,
    WorkdayYearOut,
    WorkdayYearPath,
)

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
    return present.workday_year_out(context, path)


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
        root_id=whole_university(context.session, path.organization_id, "工作日"),
        day=path.day,
        works=body.works,
        note=body.note,
        account_id=context.account_id,
        now=context.now,
    )
    return present.workday_out(row)


@api.guarded(
    "DELETE",
    "/organizations/<int:organization_id>/workdays/<string:day>",
    permission=Permission.workday_manage,
    target=organization_target,
    responses={204: None},
)
def forget_workday(context: Context, path: WorkdayPath) -> tuple[None, int]:
    """撤销规定，仍按国家日历"""
    root_id = whole_university(context.session, path.organization_id, "工作日")
    workdays.forget(context.session, root_id=root_id, day=path.day, account_id=context.account_id, now=context.now)
    return None, 204


@api.guarded(
    "PUT",
    "/organizations/<int:organization_id>/workday-years/<int:year>",
    permission=Permission.workday_manage,
    target=organization_target,
    responses={200: WorkdayYearOut},
)
def enter_workday_year(context: Context, path: WorkdayYearPath, body: WorkdayYearIn) -> WorkdayYearOut:
    """录入国务院公布的一年放假和调休安排；录入后该年不再“暂按”计算，已算出的期限随即重算"""
    workdays.enter_year(
        context.session,
        root_id=whole_university(context.session, path.organization_id, "工作日"),
        year=path.year,
        note=body.note,
        off=body.off,
        worked=body.worked,
        account_id=context.account_id,
        now=context.now,
    )
    return present.workday_year_out(context, path)


@api.guarded(
    "DELETE",
    "/organizations/<int:organization_id>/workday-years/<int:year>",
    permission=Permission.workday_manage,
    target=organization_target,
    responses={204: None},
)
def forget_workday_year(context: Context, path: WorkdayYearPath) -> tuple[None, int]:
    """撤销整年的录入，该年仍按未公布处理；另行规定的单日保留"""
    root_id = whole_university(context.session, path.organization_id, "工作日")
    workdays.forget_year(
        context.session, root_id=root_id, year=path.year, account_id=context.account_id, now=context.now
    )
    return None, 204
