"""季通报 over HTTP: who drafts, publishes, reads, acknowledges and downloads."""

import io

import docx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from tests.api.answers import body, refusal
from tests.bulletins import both_branches, drawn, make_statement, needs_fonts, of
from tests.bulletins import published as publish
from tests.cast import Cast
from tests.conftest import Call

NUMBER = {"document_number": "计科总支〔2026〕18号", "remarks": "请及时审核。"}


@pytest.fixture
def draft(session: Session, cast: Cast) -> str:
    both_branches(session, cast)
    return f"/bulletins/{drawn(session, cast).id}"


@pytest.fixture
def published(session: Session, cast: Cast) -> str:
    both_branches(session, cast)
    return f"/bulletins/{publish(session, cast).id}"


def test_the_office_describes_and_publishes(call: Call, cast: Cast, draft: str) -> None:
    described = body(call(cast.chen_jing, "PUT", f"{draft}/description", json=NUMBER))
    assert (described["document_number"], described["status"]) == ("计科总支〔2026〕18号", "draft")
    shown = body(call(cast.chen_jing, "POST", f"{draft}/publication"))
    assert (shown["status"], shown["title"]) == ("published", "关于2026年第二季度党员积分情况的通报")
    again = body(call(cast.chen_jing, "POST", f"{draft}/publication"))
    assert again["published_at"] == shown["published_at"]
    late = call(cast.chen_jing, "PUT", f"{draft}/description", json=NUMBER | {"remarks": ""})
    assert refusal(late) == (409, "already_published")


def test_without_a_number_it_is_not_published(call: Call, cast: Cast, draft: str) -> None:
    assert refusal(call(cast.chen_jing, "POST", f"{draft}/publication")) == (422, "document_number_missing")


def test_figures_are_told_as_text_and_by_branch(call: Call, cast: Cast, published: str) -> None:
    shown = body(call(cast.zhang_min, "GET", published))
    assert (shown["total"]["average"], shown["total"]["change"], shown["total"]["rated"]) == ("77.05", "36.05", 5)
    assert [part["figures"]["average"] for part in shown["parts"]] == ["78.41", "75.00"]
    assert shown["total"]["bands"][0] == {"title": "90分以上", "at_least": "90", "below": None, "count": 1}
    assert shown["snapshot"].startswith("2026-Q2 / ")
    assert "张敏" not in str(shown)


def test_a_missing_branch_is_named_and_comes_in_by_redrawing(call: Call, session: Session, cast: Cast) -> None:
    make_statement(session, cast, cast.branch, of((cast.zhang_min, "80")))
    path = f"/bulletins/{drawn(session, cast).id}"
    shown = body(call(cast.chen_jing, "GET", path))
    assert [each["title"] for each in shown["missing_branches"]] == ["学生第一党支部"]
    make_statement(session, cast, cast.other_branch, of((cast.zhao_qiang, "90")))
    again = body(call(cast.chen_jing, "POST", f"{path}/redrawing"))
    assert (again["missing"], again["total"]["average"]) == (0, "85.00")


@pytest.mark.parametrize("who", ["zhang_min", "li_wei", "zhao_qiang", "inspector"])
def test_a_draft_is_seen_by_those_who_issue_it(call: Call, cast: Cast, draft: str, who: str) -> None:
    assert refusal(call(cast.people[who], "GET", draft)) == (404, "not_found")
    assert body(call(cast.people[who], "GET", f"/organizations/{cast.general_branch}/bulletins"))["items"] == []


def test_inspectors_wait_for_the_publication_too(call: Call, cast: Cast, draft: str) -> None:
    for part in ("annex", "file", "verification"):
        assert refusal(call(cast.inspector, "GET", f"{draft}/{part}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("zhang_min", (403, "forbidden")),
        ("li_wei", (403, "forbidden")),
        ("inspector", (403, "forbidden")),
        ("administrator", (403, "forbidden")),
        ("stranger", (403, "forbidden")),
    ],
)
def test_others_do_not_publish(call: Call, cast: Cast, draft: str, who: str, expected: tuple[int, str]) -> None:
    assert refusal(call(cast.people[who], "POST", f"{draft}/publication")) == expected


def test_a_published_bulletin_is_listed_for_its_branches(call: Call, cast: Cast, published: str) -> None:
    for who, place in (("li_wei", cast.branch), ("zhou_yu", cast.other_branch), ("chen_jing", cast.general_branch)):
        (item,) = body(call(cast.people[who], "GET", f"/organizations/{place}/bulletins"))["items"]
        assert (item["quarter"], item["branches"], item["acknowledged"]) == ("2026-Q2", 2, 0)
    assert body(call(cast.wu_gang, "GET", f"/organizations/{cast.foreign_branch}/bulletins"))["items"] == []


def test_a_branch_reads_its_own_part_of_the_annex_and_acknowledges(call: Call, cast: Cast, published: str) -> None:
    own = f"{published}/branches/{cast.branch}"
    (branch,) = body(call(cast.li_wei, "GET", f"{own}/annex"))["items"]
    first, *_, last = branch["lines"]
    assert (first["name"], first["total"], first["change"]) == ("张敏", "85.25", "45.25")
    assert [section["points"] for section in first["sections"]] == ["60.00", "25.25"]
    assert (last["name"], last["negative"], last["total"], last["sections"]) == ("孙丽", True, None, [])
    received = body(call(cast.li_wei, "POST", f"{own}/receipt"))
    assert received["acknowledged_by"] == "李伟"
    assert body(call(cast.sun_li, "POST", f"{own}/receipt")) == received
    parts = body(call(cast.chen_jing, "GET", published))["parts"]
    assert [part["acknowledged_by"] for part in parts] == ["李伟", None]


@pytest.mark.parametrize(
    ("who", "place", "status"),
    [
        ("zhang_min", "branch", 403),
        ("li_wei", "other_branch", 404),
        ("zhao_qiang", "branch", 404),
        ("chen_jing", "foreign_branch", 404),
        ("organization_department", "foreign_branch", 404),
        ("administrator", "branch", 403),
    ],
)
def test_the_annex_is_closed_to_others(
    call: Call, cast: Cast, published: str, *, who: str, place: str, status: int
) -> None:
    path = f"{published}/branches/{getattr(cast, place)}/annex"
    assert call(cast.people[who], "GET", path).status_code == status


@needs_fonts
def test_the_whole_annex_is_for_those_above_and_every_look_is_noted(
    call: Call, session: Session, cast: Cast, published: str
) -> None:
    both = body(call(cast.chen_jing, "GET", f"{published}/annex"))
    assert (len(both["items"]), both["next_cursor"]) == (2, None)
    first = body(call(cast.chen_jing, "GET", f"{published}/annex?limit=1"))
    second = body(call(cast.chen_jing, "GET", f"{published}/annex?limit=1&cursor={first['next_cursor']}"))
    assert first["items"] + second["items"] == both["items"]
    assert second["next_cursor"] is None
    assert call(cast.organization_department, "GET", f"{published}/file?format=pdf").status_code == 200
    assert refusal(call(cast.li_wei, "GET", f"{published}/annex")) == (403, "forbidden")
    noted = select(func.count(AuditLine.id)).where(
        AuditLine.action == "look", AuditLine.subject_kind == "bulletin_annex"
    )
    assert session.scalar(noted) == 4


@needs_fonts
def test_word_and_pdf_are_downloaded(call: Call, cast: Cast, published: str) -> None:
    pdf = call(cast.chen_jing, "GET", f"{published}/file?format=pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    word = call(cast.li_wei, "GET", f"{published}/branches/{cast.branch}/file?format=word")
    assert word.mimetype.endswith("wordprocessingml.document")
    text = "\n".join(cell.text for table in docx.Document(io.BytesIO(word.data)).tables for cell in table._cells)
    assert "张敏" in text
    assert "赵强" not in text
    assert "filename*=UTF-8''%E5%85%B3%E4%BA%8E2026" in word.headers["Content-Disposition"]
    assert refusal(call(cast.li_wei, "GET", f"{published}/branches/{cast.branch}/file?format=odt"))[0] == 422


def test_a_bulletin_can_be_verified(call: Call, cast: Cast, published: str) -> None:
    shown = body(call(cast.inspector, "GET", f"{published}/verification"))
    assert shown["matches"] is True
    assert shown["hash"] == shown["recomputed"]


def test_a_direct_branch_hears_from_the_organization_department(call: Call, session: Session, cast: Cast) -> None:
    make_statement(session, cast, cast.direct_branch, of((cast.he_hua, "77")))
    path = f"/bulletins/{drawn(session, cast, at=cast.root).id}"
    number = {"document_number": "组字〔2026〕3号"}
    body(call(cast.organization_department, "PUT", f"{path}/description", json=number))
    body(call(cast.organization_department, "POST", f"{path}/publication"))
    (item,) = body(call(cast.he_hua, "GET", f"/organizations/{cast.direct_branch}/bulletins"))["items"]
    assert (item["organization_title"], item["average"]) == ("山海学院党委", "77.00")
    assert refusal(call(cast.chen_jing, "POST", f"{path}/publication")) == (404, "not_found")
