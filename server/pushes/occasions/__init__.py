"""What in the features below leads to a push: handlers in the cause's transaction, fan-outs, jobs; a module per source.

Features above bring their own occasions in a module or package of this name, with its `DRAFTINGS`.
"""

from collections.abc import Mapping

from server.pushes.fanouts import Drafting, and_at_its_end
from server.pushes.occasions import meetings
from server.pushes.rules import Occasion

DRAFTINGS: Mapping[Occasion, Drafting] = {
    Occasion.meeting_planned: meetings.draft,
    Occasion.meeting_tomorrow: and_at_its_end(meetings.draft, meetings.announce_tomorrow),
    Occasion.meeting_changed: meetings.draft,
    Occasion.meeting_cancelled: meetings.draft,
}
