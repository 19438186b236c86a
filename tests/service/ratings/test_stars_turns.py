"""Whose turn it is with stars: the level above reviews, a second person approves the publicity, a method is owed."""

from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.organizations.officers import Officers
from server.publicity.rules import PublicityScope
from server.ratings.editions import showing
from server.ratings.turns import KINDS
from tests.cast import Cast
from tests.days import at
from tests.rating import HALF, PROPOSED, SHOWN, agreed, heard, method, proposed, tried
from tests.years import OLD


def waiting(session: Session, cast: Cast, code: str, now: datetime) -> list[tuple[str | None, set[int]]]:
    """What waits of a kind, and for whom by account."""
    turns = next(each.turns for each in KINDS if each.code == code)
    assert turns is not None
    officers = Officers(session, cast.root, shanghai_date(now))
    return [(each.words, {one.account_id for one in each.officers}) for each in turns(session, officers, now)]


def test_a_proposal_waits_above_and_its_publicity_for_a_second_person(
    engine: Engine, session: Session, cast: Cast
) -> None:
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals={"zhang_min": "95"})
    assert waiting(session, cast, "stars", PROPOSED) == []
    proposal = proposed(session, cast, tried(session, cast), meeting_id)
    assert waiting(session, cast, "stars", PROPOSED) == [(f"{OLD} 年度：审核星级", {cast.chen_jing.account_id})]
    agreed(session, cast, proposal)
    assert waiting(session, cast, "stars", PROPOSED) == []
    showing.propose(
        session,
        organization_id=cast.branch,
        year=OLD,
        scope=PublicityScope.branch,
        place="公示栏",
        text="",
        first_day=SHOWN.date(),
        working_days=5,
        account_id=cast.wang_fang.account_id,
        now=PROPOSED,
    )
    session.commit()
    ((words, accounts),) = waiting(session, cast, "stars", PROPOSED)
    assert words == f"{OLD} 年度：批准星级公示"
    assert cast.li_wei.account_id in accounts
    assert cast.wang_fang.account_id not in accounts


def test_a_method_is_owed_from_december_on(session: Session, cast: Cast) -> None:
    last, first = at(date(OLD, 11, 30), "23:59"), at(date(OLD, 12, 1), "00:30")
    assert waiting(session, cast, "rating_methods", last) == []
    owed = waiting(session, cast, "rating_methods", first)
    words = f"{OLD} 年度：星级评定办法未发布"
    assert owed == [(words, {cast.chen_jing.account_id}), (words, {cast.organization_department.account_id})]
    assert len(waiting(session, cast, "rating_methods", at(date(OLD + 1, 1, 31), "23:59"))) == 2
    assert waiting(session, cast, "rating_methods", at(date(OLD + 1, 2, 1), "00:30")) == []
    method(session, cast)
    assert len(waiting(session, cast, "rating_methods", first)) == 1
