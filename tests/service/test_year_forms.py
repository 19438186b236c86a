"""What forms say of an edition of results: as much as the results, and nobody's name beside what only officers see."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from server.annual.forms import gathering
from server.annual.forms.filing import filing_form
from server.annual.forms.lists import report, signature_book
from server.annual.forms.register import Register
from server.annual.results import queries
from server.annual.results.models import AnnualEdition
from server.documents.blocks import Grid, PaperTable
from server.documents.paper import PlainPaper
from server.organizations.models import Member
from server.points import service as points
from server.points.models import SourceKind
from server.points.queries import entries_of_sources
from server.points.service import Posting
from server.presentation import points_text
from tests import results
from tests.cast import NOW, Cast, Person
from tests.exempting import exempt
from tests.years import OLD

CLAIMED = date(OLD, 5, 12)
APART = ("另行通报", "不列入", "不参评", "负面清单")


@pytest.fixture(autouse=True)
def opened(session: Session, cast: Cast) -> None:
    results.open_old_year(session, cast)


def claimed(session: Session, person: Person, count: int = 1) -> None:
    postings = [
        Posting(person.member_id, "C04", CLAIMED, SourceKind.claim, number, points=Decimal(1), text="到社区志愿服务")
        for number in range(1, count + 1)
    ]
    points.post(session, postings, now=NOW)
    session.commit()


def register_of(session: Session, edition: AnnualEdition, person: Person, *, with_entries: bool = False) -> Register:
    (made,) = gathering.registers(session, edition, [person.member_id], with_entries=with_entries)
    return made


def words_of(paper: PlainPaper) -> str:
    words = [paper.title, paper.foot, paper.code]
    for block in paper.blocks:
        if isinstance(block, Grid):
            words += [cell.text for row in block.rows for cell in row.cells]
        elif isinstance(block, PaperTable):
            words += [cell for row in (block.head, *block.rows) for cell in row]
        else:
            words.append(getattr(block, "text", "") or str(getattr(block, "blocks", "")))
    return "\n".join(words)


def test_a_register_says_what_the_result_says_line_by_line(session: Session, cast: Cast) -> None:
    claimed(session, cast.zhang_min, 2)
    edition = results.draft(session, cast)
    made = register_of(session, edition, cast.zhang_min)
    found = queries.result_of(session, cast.zhang_min.member_id, OLD)
    assert found is not None
    assert found.result.total is not None
    assert made.total == points_text(found.result.total)
    assert [section.points for section in made.sections] == [points_text(points) for _, points in found.sections]
    for section in made.sections:
        assert section.lines
        assert sum(Decimal(line.points) for line in section.lines) >= Decimal(section.points)
    line = next(line for section in made.sections for line in section.lines if line.code == "C04")
    assert (line.points, line.way, line.basis) == ("2.00", "每次 1", "5 月，2 次")
    assert (made.name, made.branch, made.year, made.negative, made.star) == ("张敏", "教工第一党支部", OLD, "无", "")


def test_entries_on_request_say_who_decided_and_what_was_taken_back(session: Session, cast: Cast) -> None:
    claimed(session, cast.zhang_min)
    (entry,) = entries_of_sources(session, source_kind=SourceKind.claim, source_ids=[1])
    points.reverse(
        session,
        member_id=cast.zhang_min.member_id,
        seq=entry.seq,
        reason="重复申报",
        decided_by=cast.li_wei.account_id,
        now=NOW,
    )
    session.commit()
    made = register_of(session, results.draft(session, cast), cast.zhang_min, with_entries=True)
    assert made.entries is not None
    asked = [each for each in made.entries if each.item.startswith("C04")]
    assert [(each.words, each.source, each.approved, each.counted) for each in asked] == [
        ("到社区志愿服务", "个人申报", "1.00", ""),
        ("重复申报", "冲销", "-1.00", ""),
    ]
    assert asked[0].correction.startswith("已由第")
    assert asked[1].correction.startswith("冲销第")
    assert register_of(session, results_edition(session, cast), cast.zhang_min).entries is None


def results_edition(session: Session, cast: Cast) -> AnnualEdition:
    edition = queries.current_edition(session, cast.branch, OLD)
    assert edition is not None
    return edition


def test_lists_for_members_count_who_is_apart_and_do_not_name_them(session: Session, cast: Cast) -> None:
    results.negative(session, cast, cast.sun_li)
    exempt(session, cast, cast.wang_fang.member_id, date(OLD, 10, 1))
    edition = results.draft(session, cast)
    listed = gathering.listed(session, edition)
    assert (listed.members, listed.unlisted) == (4, 2)
    papers = (
        signature_book(listed),
        report(gathering.report_of(session, edition)),
        filing_form(gathering.filing_of(session, edition)),
    )
    for paper in papers:
        words = words_of(paper)
        assert "孙丽" not in words
        assert "王芳" not in words
        assert not [word for word in APART if word in words]
    assert "未参评 2 人" in words_of(papers[0])
    assert "未参评2人" in words_of(papers[1])


def test_a_negative_decision_stands_only_on_the_form_of_whom_it_is_about(session: Session, cast: Cast) -> None:
    results.negative(session, cast, cast.sun_li)
    edition = results.draft(session, cast)
    made = register_of(session, edition, cast.sun_li)
    assert (made.total, made.negative) == ("0.00", gathering.NEGATIVE)
    assert "校党发" not in str(made)
    others = [cast.zhang_min.member_id, cast.li_wei.member_id]
    assert {each.negative for each in gathering.registers(session, edition, others)} == {"无"}


def test_who_was_not_managed_all_year_fills_in_no_form(session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.wang_fang.member_id, date(OLD, 1, 1))
    edition = results.draft(session, cast)
    assert gathering.registers(session, edition, [cast.wang_fang.member_id]) == []


def test_who_is_exempt_only_on_the_last_day_has_a_form_without_stars(session: Session, cast: Cast) -> None:
    exempt(session, cast, cast.wang_fang.member_id, date(OLD, 10, 1))
    assert register_of(session, results.draft(session, cast), cast.wang_fang).star == "不参评"


def test_the_average_is_of_those_who_are_rated(session: Session, cast: Cast) -> None:
    claimed(session, cast.zhang_min, 2)
    results.negative(session, cast, cast.sun_li)
    listed = gathering.listed(session, results.draft(session, cast))
    totals = [Decimal(row.total) for row in listed.rows]
    assert listed.average == points_text(sum(totals, Decimal(0)) / 3)
    assert len(totals) == 3


def test_what_no_file_can_hold_is_left_out_of_names(session: Session, cast: Cast) -> None:
    session.get_one(Member, cast.zhang_min.member_id).name = "张\x08敏"
    session.commit()
    edition = results.draft(session, cast)
    assert register_of(session, edition, cast.zhang_min).name == "张敏"
    assert "张敏" in [row.name for row in gathering.listed(session, edition).rows]
