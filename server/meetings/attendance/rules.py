"""Counting attendance: what was owed, what became of it, and the rate people know as 出勤率. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from server.meetings.rules import AttendanceStanding
from server.rounding import tenths


@dataclass(frozen=True, slots=True)
class AttendanceTally:
    """How many stand where; `attended` counts the late ones, too, and `expected` those whose check-in is still open."""

    attended: int = 0
    late: int = 0
    made_up: int = 0
    on_leave: int = 0
    absent: int = 0
    expected: int = 0

    @property
    def owed(self) -> int:
        return self.attended + self.made_up + self.on_leave + self.absent + self.expected

    @property
    def rate(self) -> Decimal | None:
        """Attended and made up of what was owed without leave, in percent with one decimal.

        None where nothing was owed, and while check-in still awaits someone.
        """
        due = self.owed - self.on_leave
        if due == 0 or self.expected:
            return None
        return tenths(Decimal(100 * (self.attended + self.made_up)) / due)


def tally(standings: Iterable[AttendanceStanding]) -> AttendanceTally:
    """Count standings: of one person's meetings, or of one meeting's people."""
    counts = Counter(standings)
    return AttendanceTally(
        attended=counts[AttendanceStanding.present] + counts[AttendanceStanding.late],
        late=counts[AttendanceStanding.late],
        made_up=counts[AttendanceStanding.made_up],
        on_leave=counts[AttendanceStanding.on_leave],
        absent=counts[AttendanceStanding.absent],
        expected=counts[AttendanceStanding.expected] + counts[AttendanceStanding.held],
    )
