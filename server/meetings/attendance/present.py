"""Turn attendance into what goes over the wire."""

from server.meetings.attendance import queries as attendance
from server.meetings.attendance.queries import Appearance, AttendanceRow, AttendanceTable
from server.meetings.attendance.rules import AttendanceTally
from server.meetings.attendance.schemas import (
    AppearanceOut,
    AttendanceTallyOut,
    KindTallyOut,
    TableCellOut,
    TableMeetingOut,
    TableRosterOut,
    TableRowOut,
)
from server.meetings.rules import KIND_TITLES, STANDING_TITLES, AttendanceStanding, MeetingKind


def appearance_out(each: Appearance) -> AppearanceOut:
    kind = MeetingKind(each.meeting.kind)
    return AppearanceOut(
        meeting_id=each.meeting.id,
        on=each.meeting.day,
        kind=kind,
        kind_title=KIND_TITLES[kind],
        title=each.meeting.title,
        part=each.invitation.part,
        standing=each.standing,
        standing_title=STANDING_TITLES[each.standing],
        late=each.standing is AttendanceStanding.late,
        via=each.attendance.via if each.attendance else None,
        leave_kind=each.leave.kind if each.leave else None,
        leave_status=each.leave.status if each.leave else None,
        makeup_due=each.makeup_due,
    )


def tally_out(tally: AttendanceTally) -> AttendanceTallyOut:
    return AttendanceTallyOut(
        owed=tally.owed,
        attended=tally.attended,
        late=tally.late,
        made_up=tally.made_up,
        on_leave=tally.on_leave,
        absent=tally.absent,
        expected=tally.expected,
        rate=str(tally.rate) if tally.rate is not None else None,
    )


def kind_out(kind: MeetingKind, tally: AttendanceTally) -> KindTallyOut:
    return KindTallyOut(**tally_out(tally).model_dump(), kind=kind, kind_title=KIND_TITLES[kind])


def meetings_out(table: AttendanceTable) -> list[TableMeetingOut]:
    return [
        TableMeetingOut(
            id=meeting.id,
            kind=meeting.kind,
            kind_title=KIND_TITLES[MeetingKind(meeting.kind)],
            title=meeting.title,
            starts_at=meeting.starts_at,
            rosters=[
                TableRosterOut(id=roster.id, organization_id=roster.organization_id, status=roster.status)
                for roster in table.rosters
                if roster.meeting_id == meeting.id
            ],
            tally=tally_out(attendance.head_count(table.column(meeting.id))),
        )
        for meeting in table.meetings
    ]


def row_out(table: AttendanceTable, row: AttendanceRow) -> TableRowOut:
    cells = (row.cells.get(meeting.id) for meeting in table.meetings)
    return TableRowOut(
        member_id=row.member.id,
        name=row.member.name,
        organization_id=row.branch.id,
        organization_title=row.branch.title,
        cells=[TableCellOut(standing=each.standing, part=each.invitation.part) if each else None for each in cells],
        tally=tally_out(attendance.tally_of(list(row.cells.values()))),
    )
