"""山海学院 as the demo knows it: where everyone belongs, and who acts for whom."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from scripts.demo.people import PIONEERS, DemoMember
from server.config import Settings
from server.days import SHANGHAI
from server.identity.rules import Actor
from server.organizations.models import Member, Organization


@dataclass(slots=True)
class University:
    """What the steps of the writing share; `chance` makes every choice, always the same;
    `now` is a moment of `today`. The pioneers are here since `tried_from`, the first of a month of the last year.

    `places` are keyed by title path ("" is the 党委), `members` and `actors` by work number.
    """

    settings: Settings
    engine: Engine
    tried_from: date
    begin: date
    today: date
    now: datetime
    chance: random.Random
    people: list[DemoMember]
    places: dict[str, Organization] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    @property
    def pioneers(self) -> list[DemoMember]:
        """Return who was here in the last year."""
        return [person for person in self.people if person.path in PIONEERS]

    def named(self, name: str) -> DemoMember | None:
        return next((person for person in self.people if person.name == name), None)

    def reviewer_of(self, person: DemoMember) -> Actor:
        """The secretary decides; a secretary's own claim goes to the 支委."""
        duty = "支委" if person.duty == "支部书记" else "支部书记"
        colleague = next(other for other in self.people if other.path == person.path and other.duty == duty)
        return self.actors[colleague.work_number]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the instant when clocks in Shanghai show this."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI).astimezone(UTC)
