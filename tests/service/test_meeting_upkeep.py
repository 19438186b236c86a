"""What is kept of a meeting for a while only: wrong digits, links to its screen."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.meetings import upkeep
from server.meetings.models import DigitTries, ScreenLink
from tests.cast import NOW, Cast
from tests.meeting import make_meeting

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def test_wrong_digits_are_forgotten_a_day_after_check_in_closed(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    session.add(DigitTries(meeting_id=meeting.id, account_id=cast.zhang_min.account_id, wrong=5))
    session.commit()
    assert upkeep.purge_digit_tries(session, now=meeting.closes_at + DAY - SECOND) == 0
    assert upkeep.purge_digit_tries(session, now=meeting.closes_at + DAY) == 1
    assert session.scalars(select(DigitTries)).all() == []


def test_links_to_a_screen_are_forgotten_a_week_after_they_ran_out(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    link = ScreenLink(
        meeting_id=meeting.id,
        account_id=cast.li_wei.account_id,
        key_hash="k" * 64,
        digits_hash="d" * 64,
        expires_at=NOW,
    )
    session.add(link)
    session.commit()
    assert upkeep.purge_screen_links(session, now=NOW + 7 * DAY - SECOND) == 0
    assert upkeep.purge_screen_links(session, now=NOW + 7 * DAY) == 1
    assert session.scalars(select(ScreenLink)).all() == []
