"""Turn check-ins that are held into what goes over the wire."""

from server.identity.access import Context
from server.meetings.held import queries as held
from server.meetings.held.queries import HeldLine
from server.meetings.held.schemas import HeldCheckInOut, HeldCheckInsOut
from server.meetings.held.wording import WHY, WORDS
from server.meetings.queries import get_meeting
from server.meetings.rosters.queries import STATE_TITLES
from server.meetings.rules import HeldStatus, HoldReason
from server.organizations.queries import account_names


def held_out(context: Context, meeting_id: int) -> HeldCheckInsOut:
    lines = held.list_held(context.session, meeting_id)
    names = account_names(context.session, [line.held.decided_by for line in lines])
    items = [_line_out(line, names, context.actor.member_id) for line in lines]
    return HeldCheckInsOut(
        allows_sharing=get_meeting(context.session, meeting_id).allows_sharing,
        waiting=sum(item.open for item in items),
        items=items,
    )


def _line_out(line: HeldLine, names: dict[int, str], member_id: int | None) -> HeldCheckInOut:
    found = line.held
    return HeldCheckInOut(
        member_id=found.member_id,
        name=line.name,
        organization_title=line.organization,
        why=found.why,
        why_title=WHY[HoldReason(found.why)],
        status=found.status,
        status_title=WORDS[HeldStatus(found.status)].heading,
        open=found.waits and not line.came,
        came=line.came,
        own=found.member_id == member_id,
        state=found.state,
        state_title=STATE_TITLES[found.state],
        via=found.via,
        helper=line.helper,
        others=list(line.others),
        scanned_at=found.scanned_at,
        decided_by=names.get(found.decided_by or 0),
        decided_at=found.decided_at,
        reason=found.reason,
    )
