"""Stars drawn up again: after a negative decision, after an upheld objection, and with a place that became free."""

from functools import partial

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.annual.results import service as results
from server.annual.steps import clock, filing
from server.annual.steps.holding import held
from server.objections.models import Inquiry, Objection
from server.organizations.models import FilingSubject
from server.points.models import NegativeDecision
from server.ratings import protection
from server.ratings.doubts import describe
from server.ratings.editions import filing as star_filing
from server.ratings.editions import superseding
from server.ratings.editions.models import RatingEdition
from server.ratings.editions.queries import ratings_of
from server.ratings.editions.sealing import seal
from server.ratings.proposals.rules import StarDecision
from server.ratings.verification import verify_stars
from server.years.rules import Warrant, WarrantKind
from tests.annual import by_clock
from tests.cast import NOW, TODAY, Cast, Person
from tests.rating import HALF, OVER, PROPOSED, agreed, heard, method, over, proposed, received, shown, stars_of, tried
from tests.refusing import refused
from tests.years import OLD


def everybody(cast: Cast) -> list[Person]:
    return [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]


def on_show(session: Session, engine: Engine, cast: Cast) -> RatingEdition:
    """A pool of 7 has one place: 张敏 has it with 95, 王芳 with 93 is next."""
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals={"zhang_min": "95", "wang_fang": "93", "li_wei": "75"})
    edition = agreed(session, cast, proposed(session, cast, tried(session, cast), meeting_id))
    assert stars_of(session, everybody(cast), edition) == [5, 4, 3, 2]
    shown(session, cast)
    return edition


def negative(session: Session, cast: Cast, person: Person) -> None:
    """Have a decision set a member's old year to zero after its results were told, and commit."""
    decision = NegativeDecision(
        **{"root_id": cast.root, "organization_id": cast.branch, "member_id": person.member_id},
        **{"year": OLD, "category_code": "N1", "category_title": "受到党纪处分", "clause": "三"},
        **{"document_number": "党纪〔2026〕1号", "decided_on": TODAY, "reason": "违纪"},
        **{"status": "in_force", "entered_by": cast.chen_jing.account_id, "entered_at": NOW},
    )
    session.add(decision)
    session.flush()
    results.supersede(
        session,
        organization_id=cast.branch,
        year=OLD,
        member_ids=[person.member_id],
        warrant=Warrant(WarrantKind.negative_decision, decision.id),
        account_id=cast.chen_jing.account_id,
        now=PROPOSED,
    )
    session.commit()


def supersede(
    session: Session,
    cast: Cast,
    *decisions: StarDecision,
    objection_id: int | None = None,
    by: Person | None = None,
) -> RatingEdition:
    edition = superseding.supersede(
        session,
        organization_id=cast.branch,
        year=OLD,
        decisions=decisions,
        objection_id=objection_id,
        reason="年度结果有更正",
        account_id=(by or cast.chen_jing).account_id,
        now=PROPOSED,
    )
    session.commit()
    return edition


def objection(session: Session, cast: Cast, edition: RatingEdition, person: Person, *, upheld: bool) -> int:
    """An objection of a member to their stars, answered. Commits."""
    row = Objection(
        **{"root_id": cast.root, "organization_id": cast.branch, "subject_kind": "star", "subject_id": edition.id},
        **{"member_id": person.member_id, "year": OLD, "title": "星级", "words": "请核对", "via": "app"},
        **{"entered_by": person.account_id, "status": "accepted", "raised_at": PROPOSED},
    )
    session.add(row)
    session.flush()
    session.add(
        Inquiry(
            **{"objection_id": row.id, "instance": "first", "organization_id": cast.branch, "begun_at": PROPOSED},
            **{"outcome": "upheld" if upheld else "dismissed", "finding": "核查"},
        )
    )
    session.commit()
    return row.id


def test_a_negative_decision_frees_a_place_that_nobody_gets_by_itself(
    engine: Engine, session: Session, cast: Cast
) -> None:
    before = on_show(session, engine, cast)
    negative(session, cast, cast.zhang_min)
    over(session, engine)
    by_clock(session, clock.settle_due, engine, OVER)
    edition = supersede(session, cast)
    assert (edition.edition, edition.supersedes_id) == (2, before.id)
    assert stars_of(session, everybody(cast), edition) == [None, 4, 3, 2]
    (offer,) = superseding.offers(session, held(session, cast.branch, OLD, now=OVER), edition)
    assert (offer.places, offer.next_ids) == (1, frozenset({cast.wang_fang.member_id}))
    session.rollback()
    wrong = partial(supersede, session, cast, StarDecision(cast.li_wei.member_id, 4, "递补"))
    assert "可递补名额" in refused("supersession_unfit", wrong).message
    session.rollback()
    third = supersede(session, cast, StarDecision(cast.wang_fang.member_id, 5, "支部研究递补"))
    assert stars_of(session, everybody(cast), third) == [None, 5, 3, 2]
    assert refused("supersession_unfit", partial(supersede, session, cast)).message == "星级没有变化，不需要重新审定"


def test_results_are_not_filed_with_stars_that_say_otherwise(engine: Engine, session: Session, cast: Cast) -> None:
    on_show(session, engine, cast)
    over(session, engine)
    by_clock(session, clock.settle_due, engine, OVER)
    filed = filing.file(session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=OVER)
    session.commit()
    received(session, cast, filed)
    negative(session, cast, cast.zhang_min)
    file = partial(
        filing.file, session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=OVER
    )
    assert "已通报的积分有 1 人改变，须先作更正通报" in refused("step_incomplete", file).message
    session.rollback()
    edition = supersede(session, cast)
    alone = star_filing.file(
        session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=OVER
    )
    assert (alone.subject_kind, alone.subject_id) == (FilingSubject.rating, edition.id)


def test_results_wait_for_stars_that_follow_from_them(engine: Engine, session: Session, cast: Cast) -> None:
    on_show(session, engine, cast)
    negative(session, cast, cast.zhang_min)
    over(session, engine)
    by_clock(session, clock.settle_due, engine, OVER)
    annual = session.scalars(select(RatingEdition.annual_edition_id)).one()
    check_ = partial(star_filing.check_results, session, annual)
    error = refused("stars_outdated", check_)
    assert error.detail == {"member_ids": [cast.zhang_min.member_id]}
    session.rollback()
    supersede(session, cast)
    check_()


def test_an_upheld_objection_to_ones_stars(engine: Engine, session: Session, cast: Cast) -> None:
    edition = on_show(session, engine, cast)
    matter = describe(session, edition.id, cast.sun_li.member_id)
    assert matter is not None
    assert matter.details == (("星级", "二星"),)
    assert set(matter.hands) == {cast.li_wei.account_id, cast.chen_jing.account_id}
    dismissed = objection(session, cast, edition, cast.wang_fang, upheld=False)
    raised = StarDecision(cast.wang_fang.member_id, 5, "异议成立")
    refused("supersession_unfit", partial(supersede, session, cast, raised, objection_id=dismissed))
    session.rollback()
    upheld = objection(session, cast, edition, cast.wang_fang, upheld=True)
    crowded = partial(supersede, session, cast, raised, objection_id=upheld)
    assert "名额只有 1 人" in refused("supersession_unfit", crowded).message
    session.rollback()
    lowered = supersede(session, cast, StarDecision(cast.wang_fang.member_id, 3, "本人要求"), objection_id=upheld)
    assert (lowered.objection_id, stars_of(session, everybody(cast), lowered)) == (upheld, [5, 3, 3, 2])


def test_only_the_level_above_draws_stars_up_again(engine: Engine, session: Session, cast: Cast) -> None:
    on_show(session, engine, cast)
    refused("not_in_charge", partial(supersede, session, cast, by=cast.li_wei))


def proof(session: Session) -> tuple[list[str], int]:
    """What the proof of stars finds, and how many editions it looked at."""
    findings, found = verify_stars(session), []
    while True:
        try:
            found.append(str(next(findings)))
        except StopIteration as end:
            return found, end.value


def test_the_proof_sees_what_was_forged(engine: Engine, session: Session, cast: Cast) -> None:
    on_show(session, engine, cast)
    assert proof(session) == ([], 1)
    session.rollback()
    with engine.begin() as connection:
        for triggers in (*protection.TABLES, protection.METHODS):
            triggers.remove(connection)
        connection.execute(text("UPDATE ratings SET stars = 5"))
        connection.execute(text("UPDATE rating_methods SET content_hash = 'x'"))
        connection.execute(text("UPDATE star_dry_runs SET inputs_hash = 'x'"))
    found, looked = proof(session)
    assert (len(found), looked) == (5, 1), found  # method, seal, dry run, and two with more than their most
    session.rollback()
    with engine.begin() as connection:
        for triggers in (*protection.TABLES, protection.METHODS):
            triggers.install(connection)


def test_editions_are_sealed_and_never_changed(engine: Engine, session: Session, cast: Cast) -> None:
    edition = on_show(session, engine, cast)
    ratings = ratings_of(session, edition.id)
    assert edition.hash == seal(edition, ratings, before=None)
    ratings[0].stars = 1
    assert edition.hash != seal(edition, ratings, before=None)
    session.rollback()
    for statement in (
        "UPDATE ratings SET stars = 5",
        "DELETE FROM rating_editions",
        "UPDATE star_dry_runs SET year = 1",
    ):
        with pytest.raises(DBAPIError, match="insert-only"):
            session.execute(text(statement))
        session.rollback()
    with pytest.raises(DBAPIError, match="frozen"):
        session.execute(text("UPDATE rating_methods SET revision = 9"))
