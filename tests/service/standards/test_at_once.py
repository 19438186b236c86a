"""Two at a standard at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.standards import drafts, service
from server.standards.events import StandardPublished
from server.standards.models import Standard
from server.standards.rules import StandardDocument
from tests.at_once import at_once, race, until_waiting
from tests.cast import NOW, Cast
from tests.service.standards.facts import post_fact
from tests.standards import FINER, REWORDED, add_draft
from tests.waiting import LONG

EDITOR = 1


def publishing(standard_id: int) -> Callable[[Session], object]:
    return partial(service.publish, standard_id=standard_id, published_by=None, now=NOW)


def test_of_two_who_publish_the_same_draft_at_once_one_wins(
    engine: Engine, cast: Cast, heard: list[StandardPublished]
) -> None:
    with Session(engine) as session:
        draft_id = add_draft(session, cast.branch, FINER).id
        session.commit()
    assert race(engine, *[publishing(draft_id)] * 4) == ["done"] + ["not_a_draft"] * 3


def test_of_two_drafts_published_at_once_one_wins(engine: Engine, cast: Cast, heard: list[StandardPublished]) -> None:
    with Session(engine) as session:
        ids = [add_draft(session, cast.root, document).id for document in (FINER, REWORDED)]
        session.commit()
    assert race(engine, *map(publishing, ids)) == ["done", "superseded_meanwhile"]
    with Session(engine) as session:
        own = select(Standard.id).where(Standard.organization_id == cast.root, Standard.in_force.is_(True))
        assert len(session.scalars(own).all()) == 1


def test_of_two_edits_at_once_one_is_told_that_its_draft_is_stale(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        draft_id = add_draft(session, cast.branch, FINER).id
        session.commit()

    def editing(document: StandardDocument) -> Callable[[Session], object]:
        fields: dict[str, Any] = {"document": document, "note": "", "revision": 1, "edited_by": EDITOR}
        return partial(drafts.edit_draft, standard_id=draft_id, **fields, now=NOW)

    assert race(engine, editing(FINER), editing(REWORDED)) == ["done", "stale_version"]


def test_drafts_begun_at_once_get_versions_of_their_own(engine: Engine, cast: Cast) -> None:
    def drafting(session: Session) -> int:
        return add_draft(session, cast.branch, FINER).version

    assert sorted(at_once(*[partial(transaction, engine, drafting)] * 4)) == [1, 2, 3, 4]


@pytest.mark.mariadb_only
def test_publishing_waits_for_a_posting_in_flight_and_then_refuses(
    engine: Engine, cast: Cast, heard: list[StandardPublished]
) -> None:
    with Session(engine) as posting, ThreadPoolExecutor(1) as pool:
        with Session(engine) as session:
            draft_id = add_draft(session, cast.root, FINER).id
            session.commit()
        post_fact(posting, cast, cast.standard_id)
        outcome = pool.submit(race, engine, publishing(draft_id))
        until_waiting(engine)
        posting.commit()
        assert outcome.result(timeout=LONG) == ["year_in_use"]
