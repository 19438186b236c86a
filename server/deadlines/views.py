"""Vacations over HTTP: entered for the whole university, as its working days are."""

from server.deadlines import vacations
from server.deadlines.present import vacations_out
from server.deadlines.queries import vacations_of_year
from server.deadlines.schemas import (
    VacationChangeIn,
    VacationIn,
    VacationOut,
    VacationPath,
    VacationsOut,
    VacationsPath,
)
from server.deadlines.targets import vacation_target
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.models import Organization
from server.organizations.service import whole_university
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath

api = Api("vacations", __name__, tag="假期")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/vacations/<int:year>",
    permission=Permission.organization_read,
    target=organization_target,
    responses={200: VacationsOut},
)
def list_vacations(context: Context, path: VacationsPath) -> VacationsOut:
    """全校一年中的假期（寒假、暑假），教工和学生分列"""
    root_id = context.session.get_one(Organization, path.organization_id).root_id
    assert root_id is not None
    rows = vacations_of_year(context.session, root_id=root_id, year=path.year)
    return VacationsOut(items=vacations_out(context.session, rows))


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/vacations",
    permission=Permission.workday_manage,
    target=organization_target,
    responses={201: VacationOut},
)
def enter_vacation(context: Context, path: OrganizationPath, body: VacationIn) -> tuple[VacationOut, int]:
    """录入一次假期；正在计算的期限随即顺延，公示暂停，改动留有记录"""
    row = vacations.enter(
        context.session,
        root_id=whole_university(context.session, path.organization_id, "假期"),
        category=body.category,
        title=body.title,
        first_day=body.first_day,
        last_day=body.last_day,
        account_id=context.account_id,
        now=context.now,
    )
    return vacations_out(context.session, [row])[0], 201


@api.guarded(
    "PUT",
    "/vacations/<int:vacation_id>",
    permission=Permission.workday_manage,
    target=vacation_target,
    responses={200: VacationOut},
)
def change_vacation(context: Context, path: VacationPath, body: VacationChangeIn) -> VacationOut:
    """修改假期的起止日期或名称"""
    row = vacations.change(
        context.session,
        vacation_id=path.vacation_id,
        title=body.title,
        first_day=body.first_day,
        last_day=body.last_day,
        account_id=context.account_id,
        now=context.now,
    )
    return vacations_out(context.session, [row])[0]


@api.guarded(
    "DELETE",
    "/vacations/<int:vacation_id>",
    permission=Permission.workday_manage,
    target=vacation_target,
    responses={204: None},
)
def forget_vacation(context: Context, path: VacationPath) -> tuple[None, int]:
    """撤销录入有误的假期"""
    vacations.forget(context.session, vacation_id=path.vacation_id, account_id=context.account_id, now=context.now)
    return None, 204
