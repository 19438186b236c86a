"""Attendance over HTTP: a member's year, an organization's month, and both as Excel."""

from urllib.parse import quote

from flask import Response

from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.meetings.attendance import present, sheets
from server.meetings.attendance import queries as attendance
from server.meetings.attendance.queries import AttendanceTable
from server.meetings.attendance.schemas import (
    AttendanceMonthQuery,
    AttendanceTableOut,
    AttendanceYearQuery,
    MemberAttendanceOut,
    RosterSheetPath,
)
from server.meetings.targets import roster_target
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath, OrganizationPath
from server.spreadsheets.writing import XLSX

api = Api("attendance", __name__, tag="出勤")

_SHEET = {"content": {XLSX: {"schema": {"type": "string", "contentMediaType": XLSX}}}}


@api.guarded(
    "GET",
    "/members/<int:member_id>/attendance",
    permission=Permission.attendance_read,
    target=member_target,
    responses={200: MemberAttendanceOut},
)
def get_member_attendance(context: Context, path: MemberPath, query: AttendanceYearQuery) -> MemberAttendanceOut:
    """党员一年的出勤：逐次会议、按类别和合计"""
    context.audit_look(AuditSubject.member_attendance, path.member_id)
    found = attendance.of_member(context.session, member_id=path.member_id, year=query.year, now=context.now)
    return MemberAttendanceOut(
        year=query.year,
        items=[present.appearance_out(each) for each in found],
        kinds=[present.kind_out(kind, tally) for kind, tally in attendance.by_kind(found).items()],
        total=present.tally_out(attendance.tally_of(found)),
    )


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/attendance-table",
    permission=Permission.roster_read,
    target=organization_target,
    responses={200: AttendanceTableOut},
)
def get_attendance_table(context: Context, path: OrganizationPath, query: AttendanceMonthQuery) -> AttendanceTableOut:
    """一个月的出勤表：党员逐行，会议逐列"""
    table = _month_table(context, path, query)
    return AttendanceTableOut(
        organization_id=table.organization.id,
        organization_title=table.organization.title,
        month=table.month,
        meetings=present.meetings_out(table),
        rows=[present.row_out(table, row) for row in table.rows],
    )


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/attendance-table.xlsx",
    permission=Permission.roster_read,
    target=organization_target,
    responses={200: _SHEET},
)
def download_attendance_table(context: Context, path: OrganizationPath, query: AttendanceMonthQuery) -> Response:
    """下载一个月的出勤表"""
    table = _month_table(context, path, query)
    return _download(sheets.month_sheet(table), f"{table.organization.title} {table.month} 出勤表.xlsx")


@api.guarded(
    "GET",
    "/rosters/<int:roster_id>/sheet.xlsx",
    permission=Permission.roster_read,
    target=roster_target,
    responses={200: _SHEET},
)
def download_roster_sheet(context: Context, path: RosterSheetPath) -> Response:
    """下载签到表，供打印签字"""
    context.audit_look(AuditSubject.roster, path.roster_id)
    signed = attendance.signed_roster(context.session, roster_id=path.roster_id, now=context.now)
    on = signed.meeting.day
    return _download(sheets.roster_sheet(signed), f"{on.isoformat()} {signed.meeting.title} 签到表.xlsx")


def _month_table(context: Context, path: OrganizationPath, query: AttendanceMonthQuery) -> AttendanceTable:
    context.audit_look(AuditSubject.attendance_table, path.organization_id)
    return attendance.month_table(
        context.session, organization_id=path.organization_id, month=query.month, now=context.now
    )


def _download(content: bytes, name: str) -> Response:
    """Answer with a file under its Chinese name (RFC 5987); a program that cannot read that gets a plain one."""
    response = Response(content, mimetype=XLSX)
    encoded = quote(name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename=\"attendance.xlsx\"; filename*=UTF-8''{encoded}"
    return response
