"""What a person chooses holds for what comes and for what already waits."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.days import SHANGHAI
from server.pushes import preferences
from server.pushes.models import PushPreference
from server.pushes.preferences import Preferences
from server.pushes.rules import Occasion, PushStatus, QuietHours
from tests.at_once import race
from tests.cast import NOW, Cast
from tests.pushed import add_push

HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 6, 18, 23, 0, tzinfo=SHANGHAI)
EARLY_BIRD = Preferences(QuietHours(time(21), time(6)), hides_figures=True, muted=frozenset({Occasion.bulletin}))


@pytest.fixture
def zhang_min(cast: Cast) -> str:
    return f"member:{cast.zhang_min.member_id}"


def test_who_chose_nothing_has_the_defaults(session: Session, zhang_min: str) -> None:
    (chosen,) = preferences.of(session, [zhang_min]).values()
    assert (chosen.quiet.begin, chosen.quiet.end) == (time(22), time(8))
    assert (chosen.hides_figures, chosen.muted) == (False, frozenset())


def test_a_choice_is_read_back_and_is_ones_own(session: Session, cast: Cast, zhang_min: str) -> None:
    for _ in range(2):
        preferences.choose(session, [zhang_min, "account:7"], EARLY_BIRD, now=NOW)
    session.commit()
    session.expire_all()
    li_wei = f"member:{cast.li_wei.member_id}"
    chosen = preferences.of(session, [zhang_min, "account:7", li_wei])
    assert chosen == {zhang_min: EARLY_BIRD, "account:7": EARLY_BIRD, li_wei: Preferences()}
    assert session.scalar(select(func.count()).select_from(PushPreference)) == 2


def test_an_occasion_that_is_no_more_does_no_harm(session: Session, zhang_min: str) -> None:
    preferences.choose(session, [zhang_min], EARLY_BIRD, now=NOW)
    session.get_one(PushPreference, zhang_min).muted = ["bulletin", "telegram"]
    session.flush()
    assert preferences.of(session, [zhang_min])[zhang_min] == EARLY_BIRD


def test_what_waits_and_is_muted_now_is_not_sent(session: Session, cast: Cast, zhang_min: str) -> None:
    waiting = add_push(session, cast, cast.zhang_min, occasion=Occasion.bulletin, status=PushStatus.waiting)
    kept = {
        "another occasion": {"occasion": Occasion.notice, "status": PushStatus.waiting},
        "sent": {"occasion": Occasion.bulletin, "status": PushStatus.sent},
        "being sent": {"occasion": Occasion.bulletin, "status": PushStatus.sending},
    }
    others = {add_push(session, cast, cast.zhang_min, subject=name, **values) for name, values in kept.items()}  # type: ignore[arg-type]
    others.add(add_push(session, cast, cast.li_wei, occasion=Occasion.bulletin, status=PushStatus.waiting))
    before = {push.id: push.status for push in others}
    preferences.choose(session, [zhang_min], EARLY_BIRD, now=NOW)
    session.expire_all()
    assert (waiting.status, waiting.finished_at) == (PushStatus.muted, NOW)
    assert {push.id: push.status for push in others} == before


@pytest.mark.parametrize(
    "case",
    [
        (NIGHT - HOUR, QuietHours(time(0), time(0)), NIGHT),  # now at once
        (NIGHT - HOUR, QuietHours(time(22), time(6)), NIGHT.replace(day=19, hour=6)),
        (NIGHT + 13 * HOUR, QuietHours(time(12), time(14)), NIGHT.replace(day=19, hour=14)),
        (NIGHT + 13 * HOUR, QuietHours(time(22), time(6)), NIGHT + 13 * HOUR),
    ],
)
def test_new_quiet_hours_hold_for_what_waits(
    session: Session, cast: Cast, zhang_min: str, case: tuple[datetime, QuietHours, datetime]
) -> None:
    due, quiet, next_at = case
    push = add_push(session, cast, cast.zhang_min, status=PushStatus.waiting, due_at=due)
    push.next_at = QuietHours().over_at(due)
    session.commit()
    preferences.choose(session, [zhang_min], Preferences(quiet), now=NIGHT)
    session.expire_all()
    assert (push.next_at, push.due_at) == (next_at, due)


def test_a_second_try_keeps_its_time(session: Session, cast: Cast, zhang_min: str) -> None:
    tomorrow = NIGHT + 10 * HOUR
    push = add_push(session, cast, cast.zhang_min, status=PushStatus.waiting, next_at=tomorrow, attempts=1)
    preferences.choose(session, [zhang_min], Preferences(QuietHours(time(0), time(0))), now=NIGHT)
    session.expire_all()
    assert push.next_at == tomorrow


def test_two_phones_choosing_at_once_leave_one_choice(engine: Engine, cast: Cast, zhang_min: str) -> None:
    choices = [Preferences(QuietHours(time(hour), time(7))) for hour in (20, 21, 22, 23)]

    def choosing(choice: Preferences) -> Callable[[Session], None]:
        return lambda session: preferences.choose(session, [zhang_min], choice, now=NOW)

    assert race(engine, *map(choosing, choices)) == ["done"] * len(choices)
    with Session(engine) as session:
        assert preferences.of(session, [zhang_min])[zhang_min] in choices
