"""Claims with photos, most of them decided the day after; the last days' still wait. Half a year of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from scripts.demo import stories
from scripts.demo.people import DemoMember
from scripts.demo.photos import Job, pictures
from scripts.demo.stories import Story
from scripts.demo.university import University, at
from server.claims import review
from server.claims import service as claims
from server.claims.contents import Contents
from server.claims.models import Claim
from server.identity.models import Account
from server.identity.rules import Actor
from server.organizations.models import Member, Membership, Organization
from server.photos import service as photos
from server.photos.processing import CleanPhoto
from server.photos.storage import DiskStorage

WAITING_DAYS = 4
"""Claims of the last days still wait for review."""
BATCH = 50
PHOTOS_AT_MOST = 10
"""More than any claim has: each claim draws from seeds of its own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned claim: who did what on which day."""

    number: int
    day: date
    person: DemoMember
    story: Story

    def photos(self) -> Iterator[Job]:
        for index in range(self.story.photos):
            yield self.number * PHOTOS_AT_MOST + index, self.story.scene, self.day


def claim(university: University, planned: Iterable[Plan]) -> None:
    """Write the claims in the order of their days."""
    in_order = sorted(planned, key=lambda plan: plan.day)
    storage = DiskStorage(university.settings.photo_dir, durable=False)
    drawn = pictures(job for plan in in_order for job in plan.photos())
    for start in range(0, len(in_order), BATCH):
        with university.transaction() as session:
            _known = _everyone(session)
            for plan in in_order[start : start + BATCH]:
                _one_claim(university, session, storage, plan, list(islice(drawn, plan.story.photos)))


def _everyone(session: Session) -> list[object]:
    """Return what nearly every step looks up by id: as long as it is held, the session need not ask again."""
    return [row for model in (Organization, Member, Membership, Account) for row in session.scalars(select(model))]


def plans(university: University, per_member: float) -> Iterator[Plan]:
    """Yield what is claimed in half a year."""
    chance, people = university.chance, university.people
    count = int(len(people) * per_member)
    for number in range(count):
        person = chance.choice(people)
        story, day = stories.pick(chance, person.category, university.begin, university.today)
        yield Plan(number, day, person, story)
    yield from _plans_for_visitors(university, count)


def _plans_for_visitors(university: University, number: int) -> Iterator[Plan]:
    """张敏 has a year worth looking at, and 李伟 always finds claims to review."""
    zhang_min = next(person for person in university.people if person.name == "张敏")
    step = (university.today - university.begin) / (len(stories.OF_ZHANG_MIN) + 2)
    for index, story in enumerate(stories.OF_ZHANG_MIN):
        yield Plan(number + index, university.begin + (index + 1) * step, zhang_min, story)
    first = number + len(stories.OF_ZHANG_MIN)
    for index, (person, story) in enumerate(zip(university.people[4:8], stories.STAFF, strict=False)):
        day = university.today - timedelta(days=1 + index % WAITING_DAYS)
        yield Plan(first + index, max(day, university.begin), person, story)


def _one_claim(
    university: University, session: Session, storage: DiskStorage, plan: Plan, drawn: list[CleanPhoto]
) -> None:
    person, story = plan.person, plan.story
    actor = university.actors[person.work_number]
    submitted_at = at(plan.day, 19, university.chance.randrange(60))
    member_id = actor.member_id or 0
    contents = Contents(
        title=story.title,
        description=story.words,
        item_code=story.item_code,
        quantity=None if story.level else story.quantity,
        level=story.level,
        achievement=story.title if story.level else None,
        occurred_on=plan.day,
        photo_ids=tuple(_keep(session, storage, drawn, actor=actor, now=submitted_at)),
    )
    draft = claims.create_draft(session, member_id=member_id, actor=actor, contents=contents, now=submitted_at)
    claims.submit(session, claim_id=draft.id, actor=actor, version=draft.version, now=submitted_at)
    if plan.day < university.today - timedelta(days=WAITING_DAYS):
        _decide(university, session, draft, person, submitted_at + timedelta(hours=14))


def _keep(
    session: Session, storage: DiskStorage, drawn: list[CleanPhoto], *, actor: Actor, now: datetime
) -> Iterator[int]:
    member_id, account_id = actor.member_id or 0, actor.account_id or 0
    for picture in drawn:
        photo, _ = photos.keep(session, storage, member_id=member_id, picture=picture, uploaded_by=account_id, now=now)
        yield photo.id


def _decide(university: University, session: Session, submitted: Claim, person: DemoMember, now: datetime) -> None:
    reviewer = university.reviewer_of(person)
    review.open_for_review(session, claim_id=submitted.id, actor=reviewer, now=now)
    version, chance = submitted.version, university.chance
    dice = chance.random()
    if dice < 0.05:
        words = chance.choice(stories.RETURN_WORDS)
        review.send_back(session, claim_id=submitted.id, actor=reviewer, version=version, reason=words, now=now)
    elif dice < 0.08:
        words = chance.choice(stories.REJECT_WORDS)
        review.reject(session, claim_id=submitted.id, actor=reviewer, version=version, reason=words, now=now)
    else:
        _approve(session, submitted, reviewer, now, adjusted=dice > 0.96)


def _approve(session: Session, submitted: Claim, reviewer: Actor, now: datetime, *, adjusted: bool) -> None:
    proposed = submitted.proposed_points or Decimal(0)
    review.approve(
        session,
        claim_id=submitted.id,
        actor=reviewer,
        version=submitted.version,
        now=now,
        approved_points=proposed / 2 if adjusted else None,
        reason=stories.ADJUST_WORDS if adjusted else None,
    )
