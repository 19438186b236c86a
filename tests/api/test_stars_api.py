"""Stars over HTTP: the method, appraisals and exceptions, a branch's desk step by step, and one's own."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.annual.steps import clock
from server.meetings.rules import MeetingKind
from server.ratings.methods.rules import DEFAULT
from tests.annual import MEETING_AT, by_clock, settings
from tests.api.answers import body, refusal
from tests.api.test_annual_steps_api import at
from tests.cast import Cast
from tests.conftest import Call
from tests.meeting import make_meeting
from tests.rating import ALONE, OVER, PROPOSED, SHOWN, heard, method, over
from tests.years import OLD

TOTALS = {"zhang_min": "95", "wang_fang": "84", "li_wei": "75", "sun_li": "66"}


@pytest.fixture
def stars(cast: Cast) -> str:
    return f"/organizations/{cast.branch}/years/{OLD}/stars"


def proposal(cast: Cast, desk: dict[str, Any], meeting_id: int) -> dict[str, Any]:
    """张敏 as an excess: a branch of four has no place."""
    return {
        "dry_run_id": desk["dry_run"]["id"],
        "meeting_id": meeting_id,
        "decisions": [{"member_id": cast.zhang_min.member_id, "stars": 5, "reason": "省级教学成果一等奖"}],
        "excess_reason": "省级教学成果一等奖",
    }


def test_a_unit_makes_its_method_and_files_it(call: Call, cast: Cast) -> None:
    unit = f"/organizations/{cast.general_branch}/rating-methods"
    draft = body(call(cast.chen_jing, "POST", unit, json={"year": OLD}))
    assert (draft["version"], draft["status"], draft["problems"]) == (1, "draft", [])
    assert draft["bands"][:2] == ["五星：90分（含）以上", "四星：80分（含）至90分（不含）"]
    one = f"/rating-methods/{draft['id']}"
    assert refusal(call(cast.zhang_min, "GET", one)) == (404, "not_found")
    document = draft["document"]
    document["grades"][1]["below"] = "89"
    seen = body(call(cast.chen_jing, "PUT", one, json={"document": document, "revision": 1}))
    assert [each["message"] for each in seen["problems"]] == [
        "“四星”到89分（不含）为止，“五星”从90分（含）开始，中间没有等级：例如89.5分"
    ]
    assert refusal(call(cast.chen_jing, "POST", f"{one}/publish", json={"revision": 2})) == (422, "method_has_problems")
    assert refusal(call(cast.chen_jing, "POST", f"{one}/filing", json={})) == (409, "not_published")
    document["grades"][1]["below"] = "90"
    assert refusal(call(cast.chen_jing, "PUT", one, json={"document": document, "revision": 1})) == (
        409,
        "stale_version",
    )
    body(call(cast.chen_jing, "PUT", one, json={"document": document, "revision": 2}))
    body(call(cast.chen_jing, "POST", f"{one}/publish", json={"revision": 3}))
    again = call(cast.chen_jing, "PUT", one, json={"document": document, "revision": 3})
    assert refusal(again) == (409, "already_published")
    filed = body(call(cast.chen_jing, "POST", f"{one}/filing", json={}))
    body(call(cast.organization_department, "POST", f"/filings/{filed['filing_id']}/receipt", json={}))
    in_force = body(call(cast.zhang_min, "GET", f"/organizations/{cast.branch}/rating-methods/in-force?year={OLD}"))
    assert (in_force["id"], in_force["content_hash"]) == (draft["id"], filed["content_hash"])
    body(call(cast.chen_jing, "POST", unit, json={"year": OLD + 1, "source": "last_year"}))
    assert [each["year"] for each in body(call(cast.chen_jing, "GET", unit))["items"]] == [OLD + 1, OLD]
    assert [each["year"] for each in body(call(cast.zhao_qiang, "GET", unit))["items"]] == [OLD]
    assert refusal(call(cast.li_wei, "POST", unit, json={"year": OLD})) == (403, "forbidden")
    nothing = call(cast.zhang_min, "GET", f"/organizations/{cast.foreign_branch}/rating-methods/in-force?year={OLD}")
    assert refusal(nothing) == (404, "not_found")


def test_a_branch_walks_its_stars(call: Call, engine: Engine, session: Session, cast: Cast, stars: str) -> None:
    method(session, cast)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    with at(PROPOSED):
        assert body(call(cast.li_wei, "GET", stars))["actions"] == ["dry_run"]
        desk = body(call(cast.li_wei, "POST", f"{stars}/dry-run", json={}))
        assert desk["actions"] == ["dry_run", "proposal"]
        run = desk["dry_run"]
        assert (run["members"], run["rated"], run["exempt"], run["unrated"], run["negative"]) == (4, 4, 0, 0, 0)
        assert [(each["name"], each["stars"], each["committee"]) for each in run["rows"]] == [
            ("张敏", 4, False),
            ("王芳", 4, True),
            ("李伟", 3, True),
            ("孙丽", 2, True),
        ]
        assert run["rows"][0]["explanation"] == [
            "年度积分95.00分，五星为90分（含）以上",
            "分数够，但人数已达上限，试算为四星；有空出的名额时，由支部研究",
        ]
        bare = proposal(cast, desk, meeting_id) | {"excess_reason": None}
        refused = call(cast.li_wei, "POST", f"{stars}/proposal", json=bare)
        assert refusal(refused) == (422, "proposal_unfit")
        assert "上限0人，现有1人" in refused.json["error"]["message"]
        desk = body(call(cast.li_wei, "POST", f"{stars}/proposal", json=proposal(cast, desk, meeting_id)))
        assert (desk["state"], desk["proposal"]["excess"], desk["actions"]) == ("stars_proposed", 1, [])
        compared = body(call(cast.chen_jing, "GET", f"/organizations/{cast.general_branch}/years/{OLD}/stars/branches"))
        (row,) = compared["items"]
        assert (row["before"], row["after"]) == ({"2": 1, "3": 1, "4": 1, "5": 1},) * 2
        assert body(call(cast.chen_jing, "GET", stars))["actions"] == ["approve", "send_back"]
        asked = {"proposal_id": desk["proposal"]["id"]}
        assert refusal(call(cast.li_wei, "POST", f"{stars}/approve", json=asked)) == (403, "forbidden")
        assert refusal(call(cast.chen_jing, "POST", f"{stars}/approve", json=asked)) == (422, "excess_undecided")
        desk = body(call(cast.chen_jing, "POST", f"{stars}/send-back", json=asked | {"words": "请补充材料"}))
        assert (desk["state"], desk["proposal"]) == ("reported", None)
        desk = body(call(cast.li_wei, "POST", f"{stars}/proposal", json=proposal(cast, desk, meeting_id)))
        asked = {"proposal_id": desk["proposal"]["id"], "approves_excess": True}
        desk = body(call(cast.chen_jing, "POST", f"{stars}/approve", json=asked))
        assert [(each["name"], each["title"]) for each in desk["edition"]["ratings"]] == [
            ("张敏", "五星"),
            ("王芳", "四星"),
            ("李伟", "三星"),
            ("孙丽", "二星"),
        ]
        wanted = {"place": "公示栏", "first_day": "2027-03-01", "working_days": 5}
        assert body(call(cast.wang_fang, "GET", stars))["actions"] == ["publicity"]
        body(call(cast.wang_fang, "POST", f"{stars}/publicity", json=wanted))
        body(call(cast.li_wei, "POST", f"{stars}/publicity/withdraw", json={"reason": "地点有误"}))
        body(call(cast.wang_fang, "POST", f"{stars}/publicity", json=wanted))
        approved = {"last_day": "2027-03-05"}
        desk = body(call(cast.li_wei, "POST", f"{stars}/publicity/approve", json=approved))
        assert desk["state"] == "publicized"
        assert body(call(cast.sun_li, "GET", "/me/stars"))["items"] == [], "not before the first day"
    with at(SHOWN):
        (own,) = body(call(cast.zhang_min, "GET", "/me/stars"))["items"]
        assert (own["title"], own["total"], own["reason"], own["publicized_until"], own["filed"]) == (
            "五星",
            "95.00",
            "省级教学成果一等奖",
            "2027-03-05",
            False,
        )
        assert body(call(cast.li_wei, "GET", f"/members/{cast.sun_li.member_id}/stars"))["items"][0]["title"] == "二星"
        assert refusal(call(cast.zhao_qiang, "GET", stars)) == (404, "not_found")
        objection = {"subject_kind": "star", "subject_id": own["edition_id"], "words": "请核对"}
        raised = body(call(cast.sun_li, "POST", f"/members/{cast.sun_li.member_id}/objections", json=objection))
        assert raised["title"] == f"{OLD} 年度星级"


def test_in_two_rounds_stars_are_filed_by_themselves(
    call: Call, engine: Engine, session: Session, cast: Cast, stars: str
) -> None:
    settings(session, cast.general_branch, year_flow="two_rounds")
    method(session, cast)
    meeting_id = heard(session, engine, cast, totals=TOTALS)
    by_clock(session, clock.settle_due, engine, OVER)
    with at(PROPOSED):
        filed = body(call(cast.li_wei, "POST", f"/organizations/{cast.branch}/years/{OLD}/file", json={}))
        body(call(cast.chen_jing, "POST", f"/filings/{filed['filing_id']}/receipt", json={}))
        desk = body(call(cast.li_wei, "POST", f"{stars}/dry-run", json={}))
        desk = body(call(cast.li_wei, "POST", f"{stars}/proposal", json=proposal(cast, desk, meeting_id)))
        asked = {"proposal_id": desk["proposal"]["id"], "approves_excess": True}
        body(call(cast.chen_jing, "POST", f"{stars}/approve", json=asked))
        wanted = {"place": "公示栏", "first_day": "2027-03-01", "working_days": 5}
        body(call(cast.wang_fang, "POST", f"{stars}/publicity", json=wanted))
        body(call(cast.li_wei, "POST", f"{stars}/publicity/approve", json={"last_day": "2027-03-05"}))
        refused = call(cast.chen_jing, "POST", f"{stars}/supersede", json={"reason": "再看看"})
        assert refusal(refused) == (422, "supersession_unfit")
    over(session, engine)
    by_clock(session, clock.settle_due, engine, OVER)
    with at(OVER):
        assert body(call(cast.li_wei, "GET", stars))["actions"] == ["file"]
        desk = body(call(cast.li_wei, "POST", f"{stars}/file", json={}))
        filing_id = desk["edition"]["filing_id"]
        body(call(cast.chen_jing, "POST", f"/filings/{filing_id}/return", json={"reason": "缺说明"}))
        assert body(call(cast.li_wei, "GET", stars))["state"] == "settled"
        body(call(cast.li_wei, "POST", f"{stars}/file", json={}))
        body(call(cast.chen_jing, "POST", f"/filings/{filing_id}/receipt", json={}))
        assert body(call(cast.zhang_min, "GET", "/me/stars"))["items"][0]["filed"] is True


def test_exceptions_and_appraisals_go_into_the_dry_run(
    call: Call, engine: Engine, session: Session, cast: Cast, stars: str
) -> None:
    method(session, cast, ALONE.model_copy(update={"grades": DEFAULT.grades}))
    heard(session, engine, cast, totals={"zhang_min": "95", "wang_fang": "93"})
    life = make_meeting(session, cast, kind=MeetingKind.organizational_life, items=(), starts_at=MEETING_AT)
    session.commit()
    year = f"/organizations/{cast.branch}/years/{OLD}"
    who = [cast.zhang_min, cast.wang_fang, cast.li_wei, cast.sun_li]
    with at(PROPOSED):
        body(call(cast.li_wei, "POST", f"{stars}/dry-run", json={}))
        graded = [{"member_id": each.member_id, "grade": "excellent"} for each in who[:2]]
        asked = {"meeting_id": life.id, "grades": graded}
        refused = call(cast.li_wei, "POST", f"{year}/appraisals", json=asked)
        assert refusal(refused) == (422, "excellent_full")
        assert refused.json["error"]["detail"] == {"most": 1, "excellent": 2}
        graded[0]["grade"] = "basic"
        rows = body(call(cast.li_wei, "POST", f"{year}/appraisals", json=asked))["items"]
        assert [(each["name"], each["title"]) for each in rows] == [("王芳", "优秀"), ("张敏", "基本合格")]
        assert refusal(call(cast.li_wei, "POST", f"{year}/appraisals", json=asked)) == (409, "already_recorded")
        stranger = {"meeting_id": life.id, "grades": [{"member_id": cast.zhou_yu.member_id, "grade": "qualified"}]}
        assert refusal(call(cast.li_wei, "POST", f"{year}/appraisals", json=stranger)) == (422, "not_in_results")
        elsewhere = call(cast.zhao_qiang, "POST", f"/appraisals/{rows[0]['id']}/withdrawal", json={"reason": "误"})
        assert refusal(elsewhere) == (404, "not_found")
        body(call(cast.li_wei, "POST", f"/appraisals/{rows[0]['id']}/withdrawal", json={"reason": "登记有误"}))
        again = call(cast.li_wei, "POST", f"/appraisals/{rows[0]['id']}/withdrawal", json={"reason": "登记有误"})
        assert refusal(again) == (409, "moved_on")
        assert len(body(call(cast.inspector, "GET", f"{year}/appraisals"))["items"]) == 2
        noted = {
            "member_id": cast.sun_li.member_id,
            "kind": "long_away",
            "reason": "出国访学",
            "decided_on": "2027-01-12",
        }
        (row,) = body(call(cast.li_wei, "POST", f"{year}/star-exceptions", json=noted))["items"]
        assert row["title"] == "不定星级：长期出国（境）或休假"
        assert refusal(call(cast.li_wei, "POST", f"{year}/star-exceptions", json=noted)) == (409, "already_recorded")
        other = noted | {"member_id": cast.zhou_yu.member_id}
        assert refusal(call(cast.li_wei, "POST", f"{year}/star-exceptions", json=other)) == (422, "not_in_results")
        late = noted | {"kind": "influence", "decided_on": "2027-06-01"}
        assert refusal(call(cast.li_wei, "POST", f"{year}/star-exceptions", json=late)) == (422, "in_the_future")
        above = call(cast.chen_jing, "POST", f"{year}/star-exceptions", json=noted | {"kind": "deferred"})
        assert refusal(above) == (403, "not_in_charge")
        run = body(call(cast.li_wei, "GET", stars))["dry_run"]
        assert run["changes"] == ["张敏：民主评议未登记改为基本合格", "孙丽：是否评星参评改为长期出国（境）或休假"]
        run = body(call(cast.li_wei, "POST", f"{stars}/dry-run", json={}))["dry_run"]
        assert (run["changes"], run["rated"], run["unrated"]) == ([], 3, 1)
        rows = {each["name"]: each for each in run["rows"]}
        assert (rows["张敏"]["most"], rows["张敏"]["appraisal"], rows["孙丽"]["apart"]) == (4, "基本合格", "unrated")
        body(call(cast.li_wei, "POST", f"/star-exceptions/{row['id']}/withdrawal", json={"reason": "已回国"}))
        assert refusal(
            call(cast.li_wei, "POST", f"/star-exceptions/{row['id']}/withdrawal", json={"reason": "已回国"})
        ) == (409, "moved_on")
        (gone,) = body(call(cast.chen_jing, "GET", f"{year}/star-exceptions"))["items"]
        assert gone["withdrawn_reason"] == "已回国"
