"""What the letters of an objection say, and to whom."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from server.documents.paper import PlainPaper
from server.documents.signing import PaperSignature
from server.objections.letters.papers import (
    AdmissionLetter,
    AnswerLetter,
    LetterHead,
    RefusalLetter,
    admission,
    answer,
    refusal,
)
from server.objections.letters.rules import existing
from server.objections.models import Inquiry, Objection
from server.objections.rules import Instance, Letter, ObjectionStatus

AT = datetime(2027, 1, 19, 2, tzinfo=UTC)
LONG = "阿卜杜热合曼·麦麦提艾力·吐尔逊江"
HEAD = LetterHead(
    name=LONG,
    matter="个人申报：社区志愿服务",
    raised_on="2027年1月14日",
    via="口头",
    unit="教工第一党支部",
    signature=PaperSignature("教工第一党支部", "2027年1月19日"),
    dated=AT,
)
ANSWER = AnswerLetter(
    head=HEAD,
    letter=Letter.answer,
    finding="已查签到。\n当天在社区值守。",
    outcome="成立",
    correction="已在原处更正。",
    above="计算机学院党总支",
    object_by="2027年1月26日",
    second_days=10,
)


def texts(paper: PlainPaper) -> str:
    def inside(blocks: Any) -> list[str]:
        found: list[str] = []
        for block in blocks:
            found += inside(block["blocks"]) if "blocks" in block else [block["text"]]
        return found

    return "\n".join(inside(map(asdict, paper.blocks)))


def test_an_answer_says_what_was_found_and_how_to_go_on() -> None:
    paper = answer(ANSWER)
    said = texts(paper)
    assert f"{LONG}同志：" in said
    assert "\n已查签到。\n当天在社区值守。\n" in said
    assert "你提出的异议成立。已在原处更正。" in said
    assert "请你在2027年1月26日前表明是否接受本答复，逾期未提出的，视为无异议。" in said
    assert "提请计算机学院党总支专项查核" in said
    assert "专项查核在10个工作日内答复，所作认定为最终认定。" in said
    assert LONG not in f"{paper.title}{paper.author}{paper.foot}{paper.code}", "their name is the addressee's alone"


def test_the_final_answer_names_where_else_to_turn() -> None:
    said = texts(answer(replace(ANSWER, letter=Letter.final, above="", object_by="")))
    assert "本答复为专项查核认定" in said
    assert "《中国共产党党员权利保障条例》" in said
    assert "提请" not in said


def test_an_admission_says_who_looks_into_it_and_until_when() -> None:
    said = texts(admission(AdmissionLetter(HEAD, "孙丽", "2027年1月26日", "5个工作日", 5)))
    assert "由孙丽同志核查" in said
    assert "在2027年1月26日前答复你（5个工作日）" in said


def test_a_refusal_says_why() -> None:
    said = texts(refusal(RefusalLetter(HEAD, "不属于本党组织处理。请向学院工会提出")))
    assert "不予受理。理由：不属于本党组织处理。请向学院工会提出。" in said


def test_the_signature_never_stands_alone_on_a_page() -> None:
    for paper in (answer(ANSWER), admission(AdmissionLetter(HEAD, "孙丽", "2027年1月26日", "5个工作日", 5))):
        last = asdict(paper.blocks[-1])
        assert [each["text"] for each in last["blocks"]][1] in ("特此答复。", "特此通知。")


def test_letters_are_those_that_it_has_come_to() -> None:
    objection = Objection(status=ObjectionStatus.investigating)
    first, second = Inquiry(), Inquiry()
    assert existing(objection, {}) == ()
    assert existing(objection, {Instance.first: first}) == (Letter.admission,)
    first.answered_at = AT
    looks = {Instance.first: first, Instance.second: second}
    assert existing(objection, looks) == (Letter.admission, Letter.answer)
    second.answered_at = AT
    assert existing(objection, looks) == (Letter.admission, Letter.answer, Letter.final)
    assert existing(Objection(status=ObjectionStatus.not_admitted), {}) == (Letter.refusal,)
