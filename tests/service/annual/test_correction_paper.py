"""更正通报: of whom it changed, what was told and what holds; no objector, and nobody who is set apart, is named."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.forms.correcting import correction_of
from server.annual.forms.correction import Correction, correction
from server.annual.results.queries import result_of
from server.annual.steps import corrections
from server.annual.steps.rules import CorrectionWay
from server.documents.blocks import PaperTable, Paragraph
from server.points.models import SourceKind
from server.points.scores.rules import NegativeStatus
from server.presentation import points_text
from server.years.models import BranchYear
from tests.annual import REPORTING, corrected, reported, settings
from tests.cast import Cast
from tests.refusing import refused
from tests.results import negative
from tests.years import OLD


@pytest.fixture
def year(session: Session, engine: Engine, cast: Cast) -> BranchYear:
    """The branch's old year, of which the members' meeting of 18 January heard the points."""
    reported(session, engine, cast)
    return session.scalars(select(BranchYear).where(BranchYear.organization_id == cast.branch)).one()


def told(session: Session, cast: Cast) -> None:
    corrections.correct(
        session,
        organization_id=cast.branch,
        year=OLD,
        told_on=date(2027, 1, 19),
        way=CorrectionWay.group,
        words="张敏提出异议，经核实成立",
        account_id=cast.li_wei.account_id,
        now=REPORTING,
    )
    session.commit()


def words_of(made: Correction) -> str:
    paper = correction(made)
    found = [paper.title, paper.code]
    for block in paper.blocks:
        if isinstance(block, PaperTable):
            found += [cell for row in (block.head, *block.rows) for cell in row]
        elif isinstance(block, Paragraph):
            found.append(block.text)
        else:
            found.append(str(block))
    return "\n".join(found)


def test_it_says_of_whom_it_changed_what_was_told_and_what_holds(
    session: Session, cast: Cast, year: BranchYear
) -> None:
    before = result_of(session, cast.zhang_min.member_id, OLD)
    assert before is not None
    edition = corrected(session, cast, cast.zhang_min)
    after = result_of(session, cast.zhang_min.member_id, OLD)
    assert after is not None
    made = correction_of(session, year, edition.id)
    (row,) = made.rows
    assert (row.name, row.cause) == ("张敏", "申报事项更正")
    changed = [(was, now) for (_, was), (_, now) in zip(before.sections, after.sections, strict=True) if was != now]
    assert len(changed) == 1
    figures = [*changed, (before.result.total, after.result.total)]
    assert [(each.told, each.corrected) for each in row.figures] == [
        (points_text(was or Decimal(0)), points_text(now or Decimal(0))) for was, now in figures
    ]
    assert row.figures[-1].title == "年度积分"
    words = words_of(made)
    assert "2027年1月18日支部党员大会通报的2026年度党员积分中，有1名党员的积分经核实应予更正" in words
    assert "其他党员的积分不变" in words
    for other in ("李伟", "王芳", "孙丽"):
        assert other not in words


def test_it_is_dated_once_it_was_made_and_keeps_the_officers_words_to_them(
    session: Session, cast: Cast, year: BranchYear
) -> None:
    edition = corrected(session, cast, cast.zhang_min)
    assert correction_of(session, year, edition.id).signature.on == ""
    assert corrections.printable(session, year) == edition.id
    told(session, cast)
    made = correction_of(session, year, edition.id)
    assert made.signature.on == "2027年1月19日"
    assert "异议，经核实成立" not in words_of(made)
    assert corrections.printable(session, year) == edition.id, "it can be printed again"


def test_the_next_one_names_the_correction_before_it(session: Session, cast: Cast, year: BranchYear) -> None:
    corrected(session, cast, cast.zhang_min)
    told(session, cast)
    second = corrected(session, cast, cast.li_wei, kind=SourceKind.decision)
    made = correction_of(session, year, second.id)
    assert [(each.name, each.cause) for each in made.rows] == [("李伟", "组织评定更正")]
    assert made.told == "2027年1月19日更正通报"


def test_who_is_set_apart_is_a_number(session: Session, cast: Cast, year: BranchYear) -> None:
    negative(session, cast, cast.sun_li)
    edition = corrected(session, cast, cast.sun_li)
    made = correction_of(session, year, edition.id)
    assert (made.rows, made.unlisted) == ((), (0, 1))
    words = words_of(made)
    assert "未参评人数由0人更正为1人，其他党员的积分不变" in words
    assert "参评情况经核实应予更正" in words
    assert not any(word in words for word in ("孙丽", "另行通报", "负面", "不列入"))


def test_who_is_named_again_had_no_figure_before(session: Session, cast: Cast, year: BranchYear) -> None:
    decision = negative(session, cast, cast.sun_li)
    corrected(session, cast, cast.sun_li)
    told(session, cast)
    decision.status = NegativeStatus.revoked
    session.flush()
    edition = corrected(session, cast, cast.sun_li, source=2)
    made = correction_of(session, year, edition.id)
    (row,) = made.rows
    assert (row.name, {each.told for each in row.figures}) == ("孙丽", {"—"})
    assert made.unlisted == (1, 0)


def test_only_an_edition_that_corrects_has_one(session: Session, cast: Cast, year: BranchYear) -> None:
    first = result_of(session, cast.zhang_min.member_id, OLD)
    assert first is not None
    refused("no_correction_owed", lambda: correction_of(session, year, first.edition.id))
    assert corrections.printable(session, year) is None
    edition = corrected(session, cast, cast.zhang_min)
    later = corrected(session, cast, cast.zhang_min, source=2)
    refused("no_correction_owed", lambda: correction_of(session, year, edition.id))
    assert correction_of(session, year, later.id).rows


@pytest.mark.parametrize(("view", "said"), [("scores", False), ("full", True)])
def test_where_positions_are_shown_they_moved(
    session: Session, engine: Engine, cast: Cast, view: str, said: bool
) -> None:
    settings(session, cast.branch, board_visibility=view)
    reported(session, engine, cast)
    year = session.scalars(select(BranchYear).where(BranchYear.organization_id == cast.branch)).one()
    edition = corrected(session, cast, cast.zhang_min)
    assert ("名次相应调整" in words_of(correction_of(session, year, edition.id))) is said
