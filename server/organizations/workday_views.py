"""Working days over HTTP: what the university counts otherwise than the national calendar."""

from datetime import date

from server.errors import DomainError
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations import workdays
from server.organizations.models import Organization, WorkdayOverride
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
    return _year(context, path)


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
        root_id=_whole_university(context, path.organization_id),
        year=path.year,
        note=body.note,
        off=body.off,
        worked=body.worked,
        account_id=context.account_id,
        now=context.now,
    )
    return _year(context, path)


@api.guarded(
    "DELETE",
    "/organizations/<int:organization_id>/workday-years/<int:year>",
    permission=Permission.workday_manage,
    target=organization_target,
    responses={204: None},
)
def forget_workday_year(context: Context, path: WorkdayYearPath) -> tuple[None, int]:
    """撤销整年的录入，该年仍按未公布处理；另行规定的单日保留"""
    root_id = _whole_university(context, path.organization_id)
    workdays.forget_year(
        context.session, root_id=root_id, year=path.year, account_id=context.account_id, now=context.now
    )
    return None, 204


def _year(context: Context, path: WorkdayYearPath) -> WorkdayYearOut:
    root_id, first, last = _root_id(context, path.organization_id), date(path.year, 1, 1), date(path.year, 12, 31)
    rows = workdays.of_year(context.session, root_id=root_id, year=path.year)
    notice = workdays.calendar_of(context.session, root_id=root_id, around=first).note(first, last)
    entry = workdays.year_entry(context.session, root_id=root_id, year=path.year)
    return WorkdayYearOut(
        year=path.year,
        known=notice is None,
        notice=notice,
        announcement=entry.note if entry else None,
        items=[_out(row) for row in rows],
    )


def _root_id(context: Context, organization_id: int) -> int:
    return context.session.get_one(Organization, organization_id).root_id or organization_id


def _whole_university(context: Context, organization_id: int) -> int:
    """Return the root. Raises DomainError `not_a_root`."""
    if context.session.get_one(Organization, organization_id).parent_id is not None:
        raise DomainError("not_a_root", "工作日按全校规定，请选择学校党委")
    return organization_id


def _out(row: WorkdayOverride) -> WorkdayOut:
    return WorkdayOut(day=row.day, works=row.works, note=row.note, changed_at=row.changed_at)
