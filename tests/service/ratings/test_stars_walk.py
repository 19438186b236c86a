"""A branch's stars from the dry run to the archive: in one round with its points, in two by themselves."""

from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.annual.steps import clock, filing
from server.annual.steps.rules import Track
from server.annual.steps.undoing import undo
from server.objections import windows
from server.publicity.queries import content_of
from server.pushes.models import Push
from server.ratings.editions import filing as star_filing
from server.ratings.editions.models import RatingWithdrawal
from server.ratings.editions.queries import current_edition
from server.ratings.proposals import service as proposals
from server.ratings.proposals.models import RatingProposal
from server.ratings.proposals.queries import open_proposal
from server.ratings.proposals.rules import StarDecision
from server.years.rules import YearState
from tests.annual import by_clock, settings, state
from tests.cast import Cast
from tests.rating import (
    HALF,
    OVER,
    PROPOSED,
    SHOWN_UNTIL,
    agreed,
    earned,
    heard,
    method,
    over,
    proposed,
    received,
    shown,
    stars_of,
    tried,
)
from tests.refusing import refused
from tests.years import OLD

S = YearState
TOTALS = {"zhang_min": "95", "wang_fang": "84", "li_wei": "75", "sun_li": "66"}


def everybody(cast: Cast) -> list:  # type: ignore[type-arg]
    return [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]


def excess_proposed(session: Session, cast: Cast, meeting_id: int) -> RatingProposal:
    """A branch of four has ⌊0.8⌋ = 0 places: 张敏 is proposed as an excess."""
    five = StarDecision(cast.zhang_min.member_id, 5, "省级教学成果一等奖")
    return proposed(session, cast, tried(session, cast), meeting_id, five, excess_reason="省级教学成果一等奖")


def test_in_one_round_stars_go_with_the_points(engine: Engine, session: Session, cast: Cast) -> None:
    method(session, cast)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    by_clock(session, clock.settle_due, engine, OVER)
    assert state(session, cast.branch) is S.reported
    proposal = excess_proposed(session, cast, meeting_id)
    assert (proposal.excess, state(session, cast.branch)) == (1, S.stars_proposed)
    assert "请明确批准" in refused("excess_undecided", partial(agreed, session, cast, proposal)).message
    session.rollback()
    edition = agreed(session, cast, proposal, approves_excess=True)
    assert stars_of(session, everybody(cast), edition) == [5, 4, 3, 2]
    assert state(session, cast.branch) is S.stars_reviewed
    publicity = shown(session, cast)
    assert (publicity.last_day, state(session, cast.branch)) == (SHOWN_UNTIL, S.publicized)
    assert windows.last_day(session, cast.branch, OLD) == SHOWN_UNTIL
    content = content_of(session, publicity)
    assert [(each.heading, each.mark, [one.name for one in each.entries]) for each in content.groups] == [
        ("五星", "★★★★★", ["张敏"]),
        ("四星", "★★★★☆", ["王芳"]),
        ("三星", "★★★☆☆", ["李伟"]),
        ("二星", "★★☆☆☆", ["孙丽"]),
    ]
    assert content.lines == ("五星人数上限 4 × 20% = 0.80，取整 0 人。", "经上级党组织批准超额 1 人。")
    by_clock(session, clock.settle_due, engine, OVER)
    assert state(session, cast.branch) is S.publicized
    over(session, engine)
    by_clock(session, clock.settle_due, engine, OVER)
    assert state(session, cast.branch) is S.settled
    filed = filing.file(session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=OVER)
    session.commit()
    received(session, cast, filed)
    by_clock(session, clock.archive_due, engine, OVER)
    assert state(session, cast.branch) is S.archived
    told = session.scalars(select(Push.subject).where(Push.subject.contains(":published:"))).all()
    assert len(told) == 4


def test_in_two_rounds_stars_are_filed_by_themselves(engine: Engine, session: Session, cast: Cast) -> None:
    settings(session, cast.general_branch, year_flow="two_rounds")
    method(session, cast)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    by_clock(session, clock.settle_due, engine, OVER)
    first = filing.file(session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=OVER)
    session.commit()
    received(session, cast, first)
    agreed(session, cast, excess_proposed(session, cast, meeting_id), approves_excess=True)
    shown(session, cast)
    file = partial(
        star_filing.file, session, organization_id=cast.branch, year=OLD, account_id=cast.li_wei.account_id, now=OVER
    )
    refused("wrong_status", file)
    session.rollback()
    over(session, engine)
    by_clock(session, clock.settle_due, engine, OVER)
    by_clock(session, clock.archive_due, engine, OVER)
    assert state(session, cast.branch) is S.filed
    second = file()
    session.commit()
    by_clock(session, clock.archive_due, engine, OVER)
    assert state(session, cast.branch) is S.filed
    received(session, cast, second)
    by_clock(session, clock.archive_due, engine, OVER)
    assert state(session, cast.branch) is S.archived
    assert session.scalar(select(func.count()).where(Push.subject.contains(":published:"))) == 4


def test_an_undo_takes_back_what_was_made_of_the_steps(engine: Engine, session: Session, cast: Cast) -> None:
    method(session, cast)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    agreed(session, cast, excess_proposed(session, cast, meeting_id), approves_excess=True)
    publicity = shown(session, cast)
    back = partial(
        undo, session, organization_id=cast.branch, year=OLD, track=Track.points, account_id=cast.chen_jing.account_id
    )
    back(to=S.stars_proposed, reason="名单有误", now=PROPOSED)
    session.commit()
    session.refresh(publicity)
    assert (publicity.status, current_edition(session, cast.branch, OLD)) == ("withdrawn", None)
    proposal = open_proposal(session, cast.branch, OLD)
    assert proposal is not None
    assert (proposal.status, proposal.decided_by) == ("proposed", None)
    assert session.scalar(select(func.count()).select_from(RatingWithdrawal)) == 1
    again = agreed(session, cast, proposal, approves_excess=True)
    assert again.edition == 2
    back(to=S.reported, reason="名单有误", now=PROPOSED)
    session.commit()
    assert open_proposal(session, cast.branch, OLD) is None
    excess_proposed(session, cast, meeting_id)


def test_a_proposal_sent_back_is_made_again(engine: Engine, session: Session, cast: Cast) -> None:
    method(session, cast)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    proposal = excess_proposed(session, cast, meeting_id)
    send_back = partial(
        proposals.send_back, session, organization_id=cast.branch, year=OLD, proposal_id=proposal.id, words="请再研究"
    )
    refused("same_person", partial(send_back, account_id=cast.li_wei.account_id, now=PROPOSED))
    session.rollback()
    send_back(account_id=cast.chen_jing.account_id, now=PROPOSED)
    session.commit()
    assert (proposal.status, proposal.open, state(session, cast.branch)) == ("returned", None, S.reported)
    refused("already_decided", partial(send_back, account_id=cast.chen_jing.account_id, now=PROPOSED))
    session.rollback()
    assert excess_proposed(session, cast, meeting_id).status == "proposed"


def test_nobody_reviews_the_stars_of_their_own_branch(engine: Engine, session: Session, cast: Cast) -> None:
    """王芳 sits in the 总支, too: she still belongs to the branch."""
    method(session, cast)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    proposal = excess_proposed(session, cast, meeting_id)
    refused("not_the_reviewer", partial(agreed, session, cast, proposal, by=cast.wang_fang, approves_excess=True))


def test_a_proposal_from_changed_inputs_is_refused_with_the_difference(
    engine: Engine, session: Session, cast: Cast
) -> None:
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    dry_run = tried(session, cast)
    assert tried(session, cast).id == dry_run.id, "nothing changed, nothing new"
    later = method(session, cast, HALF.model_copy(update={"months_managed": 5}))
    assert later.version == 2
    error = refused("inputs_changed", partial(proposed, session, cast, dry_run, meeting_id))
    assert error.detail["changes"] == ["星级评定办法换了新的一版"]
    session.rollback()
    newer = tried(session, cast)
    assert refused("newer_dry_run", partial(proposed, session, cast, dry_run, meeting_id)).detail == {
        "dry_run_id": newer.id
    }
    session.rollback()
    proposed(session, cast, newer, meeting_id)
    refused("method_in_use", partial(method, session, cast, HALF))


def test_committee_members_with_five_stars_leave_the_room(engine: Engine, session: Session, cast: Cast) -> None:
    """A pool of 4 and 3: ⌊1.4⌋ = 1 place, and 李伟 has it."""
    method(session, cast, HALF)
    meeting_id = heard(session, engine, cast, totals={"li_wei": "95"})
    propose = partial(proposed, session, cast, tried(session, cast), meeting_id)
    assert "李伟" in refused("recusal_unnoted", propose).message
    session.rollback()
    refused("recusal_unnoted", partial(propose, recused=[cast.li_wei, cast.zhao_qiang]))
    session.rollback()
    edition = agreed(session, cast, propose(recused=[cast.li_wei]))
    assert stars_of(session, everybody(cast), edition) == [2, 2, 5, 2]


def test_without_a_method_a_year_has_no_stars(engine: Engine, session: Session, cast: Cast) -> None:
    heard(session, engine, cast, totals={})
    by_clock(session, clock.settle_due, engine, OVER)
    assert state(session, cast.branch) is S.settled
    refused("no_method", partial(tried, session, cast))


@pytest.mark.parametrize("total", ["90", "89.99"])
def test_five_stars_begin_at_ninety(engine: Engine, session: Session, cast: Cast, total: str) -> None:
    method(session, cast, HALF)
    earned(session, cast.zhang_min, total)
    meeting_id = heard(session, engine, cast, totals={})
    edition = agreed(session, cast, proposed(session, cast, tried(session, cast), meeting_id))
    assert stars_of(session, [cast.zhang_min], edition) == [5 if total == "90" else 4]
