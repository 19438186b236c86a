"""Turn the screen into what goes over the wire."""

from datetime import datetime

from server.meetings.screen.queries import Screen
from server.meetings.screen.schemas import ArrivalOut, PictureOut, ScreenCountsOut, ScreenMeetingOut, ScreenOut


def screen_out(found: Screen, *, now: datetime) -> ScreenOut:
    return ScreenOut(
        now=now,
        phase=found.phase,
        meeting=_meeting_out(found),
        counts=ScreenCountsOut(
            invited=found.counts.invited,
            present=found.counts.present,
            leave=found.counts.leave,
            missing=found.counts.missing,
            observers=found.counts.observers,
            held=found.counts.held,
        ),
        recent=[ArrivalOut(name=each.name, at=each.at, helper=each.helper) for each in found.recent],
        codes=[
            PictureOut(
                step=each.step,
                shown_from=each.shown_from,
                shown_until=each.shown_until,
                digits=each.digits,
                size=each.size,
                path=each.path,
            )
            for each in found.codes
        ],
    )


def _meeting_out(found: Screen) -> ScreenMeetingOut:
    meeting = found.meeting
    return ScreenMeetingOut(
        id=meeting.id,
        organization=found.organization,
        title=meeting.title,
        topic=meeting.topic,
        place=meeting.place,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        opens_at=meeting.opens_at,
        closes_at=meeting.closes_at,
    )
