"""Turn tickets and records of check-in into what goes over the wire."""

from server.meetings.check_in.exchange import IssuedTicket
from server.meetings.check_in.schemas import AttendedMeetingOut, CheckInOut, ScannedMeetingOut, TicketOut
from server.meetings.check_in.service import Recorded


def ticket_out(exchanged: IssuedTicket) -> TicketOut:
    meeting = exchanged.meeting
    return TicketOut(
        ticket=exchanged.ticket,
        expires_at=exchanged.expires_at,
        meeting=ScannedMeetingOut(
            title=meeting.title, place=meeting.place, starts_at=meeting.starts_at, host=meeting.host
        ),
    )


def record_out(recorded: Recorded) -> CheckInOut:
    meeting = recorded.meeting
    return CheckInOut(
        result=recorded.result,
        state=recorded.state if recorded.counts else recorded.result,
        words=recorded.heading,
        advice=recorded.advice,
        via=recorded.via,
        checked_in_at=recorded.checked_in_at,
        member_name=recorded.member_name,
        meeting=AttendedMeetingOut(
            id=meeting.id, title=meeting.title, place=meeting.place, starts_at=meeting.starts_at
        ),
    )
