"""What forms say once the members' meeting has heard the year: its day, 应到 and 实到, and nothing of it before."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.annual.forms import gathering
from server.annual.forms.filing import filing_form
from server.annual.forms.lists import report
from server.annual.results.queries import current_edition
from server.annual.steps import undoing
from server.annual.steps.rules import Track
from server.documents.blocks import Grid, Paragraph
from server.documents.paper import PlainPaper
from server.years.rules import YearState
from tests.annual import REPORTING, assembly, corrected, drafted
from tests.annual import report as told_at
from tests.cast import Cast
from tests.years import OLD

HEARD = "2027年1月18日支部党员大会（应到4人，实到3人）"


def words_of(paper: PlainPaper) -> str:
    found = [block.text for block in paper.blocks if isinstance(block, Paragraph)]
    grids = [block for block in paper.blocks if isinstance(block, Grid)]
    return "\n".join([*found, *(cell.text for grid in grids for row in grid.rows for cell in row.cells)])


def test_before_the_meeting_its_day_is_left_to_the_pen(session: Session, engine: Engine, cast: Cast) -> None:
    edition = drafted(session, engine, cast)
    assert "应到" not in words_of(report(gathering.report_of(session, edition)))
    assert gathering.filing_of(session, edition).reported == ""
    (made,) = gathering.registers(session, edition, [cast.zhang_min.member_id])
    assert made.heard == "经审核确认，　　月　　日党员大会通报，　　月　　日至　　月　　日公示。"


def test_after_it_they_say_who_was_there_and_until_when_one_may_object(
    session: Session, engine: Engine, cast: Cast
) -> None:
    edition = drafted(session, engine, cast)
    told_at(session, cast, assembly(session, cast))
    words = words_of(report(gathering.report_of(session, edition)))
    assert f"并在{HEARD}通报" in words
    assert "请于1月26日24时前向党支部反映" in words
    assert "2027年1月18日\n应到4人，实到3人" in words_of(filing_form(gathering.filing_of(session, edition)))
    (made,) = gathering.registers(session, edition, [cast.zhang_min.member_id])
    assert made.heard == "经审核确认，1月18日党员大会通报，　　月　　日至　　月　　日公示。"


def test_a_superseding_edition_was_heard_by_the_meeting_of_its_year(
    session: Session, engine: Engine, cast: Cast
) -> None:
    drafted(session, engine, cast)
    told_at(session, cast, assembly(session, cast))
    edition = corrected(session, cast, cast.zhang_min)
    assert "应到4人，实到3人" in gathering.filing_of(session, edition).reported


def test_a_report_that_was_undone_counts_no_more(session: Session, engine: Engine, cast: Cast) -> None:
    edition = drafted(session, engine, cast)
    told_at(session, cast, assembly(session, cast))
    undoing.undo(
        session,
        organization_id=cast.branch,
        year=OLD,
        track=Track.points,
        to=YearState.drafted,
        reason="登记有误",
        account_id=cast.li_wei.account_id,
        now=REPORTING,
    )
    session.commit()
    assert current_edition(session, cast.branch, OLD) is edition
    assert gathering.hearing_of(session, edition) is None
