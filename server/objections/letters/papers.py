"""受理通知, 不予受理告知书 and 答复书 as official documents: for the member, whose name stands nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, Heading, Line, Paragraph, Title, Together
from server.documents.paper import PlainPaper
from server.documents.signing import PaperSignature, ending
from server.objections.rules import LETTER_TITLES, Letter


@dataclass(frozen=True, slots=True)
class LetterHead:
    """`raised_on` and `dated` are days in words; `via` how the objection came in; `unit` who writes."""

    name: str
    matter: str
    raised_on: str
    via: str
    unit: str
    signature: PaperSignature
    dated: datetime


@dataclass(frozen=True, slots=True)
class AdmissionLetter:
    """`answer_by` is the last day for the answer in words, `counted` how it is counted; days are working days."""

    head: LetterHead
    investigator: str
    answer_by: str
    counted: str
    extension_days: int


@dataclass(frozen=True, slots=True)
class RefusalLetter:
    head: LetterHead
    why: str


@dataclass(frozen=True, slots=True)
class AnswerLetter:
    """`above` and `object_by` say where and until when to ask for 专项查核: empty in the answer that is final."""

    head: LetterHead
    letter: Letter
    finding: str
    outcome: str
    correction: str
    above: str = ""
    object_by: str = ""
    second_days: int = 0


def admission(shown: AdmissionLetter) -> PlainPaper:
    head = shown.head
    blocks = (
        Paragraph(f"{_received(head)}经审查，属于我党组织受理范围，决定予以受理。"),
        Paragraph(
            f"这件异议由{shown.investigator}同志核查，核查人没有经手过所涉事项。"
            f"我们将在{shown.answer_by}前答复你（{shown.counted}）。"
            f"届时确实办不完的，可以延长一次，不超过{shown.extension_days}个工作日，并告知你原因。"
        ),
        Paragraph("作出答复前，你可以撤回异议。"),
    )
    return _paper(head, Letter.admission, blocks, closing="特此通知。")


def refusal(shown: RefusalLetter) -> PlainPaper:
    blocks = (Paragraph(f"{_received(shown.head)}经审查，不予受理。理由：{_sentence(shown.why)}"),)
    return _paper(shown.head, Letter.refusal, blocks, closing="特此告知。")


def answer(shown: AnswerLetter) -> PlainPaper:
    return _paper(shown.head, shown.letter, tuple(_answered(shown)), closing="特此答复。")


def _answered(shown: AnswerLetter) -> Iterator[Block]:
    done = "专项查核" if shown.letter is Letter.final else "核查"
    yield Paragraph(f"{_received(shown.head)}现将{done}情况答复如下。")
    yield Heading(f"一、{done}情况")
    yield from (Paragraph(each) for each in shown.finding.split("\n") if each.strip())
    yield Heading("二、结论")
    yield Paragraph(f"你提出的异议{shown.outcome}。{shown.correction}")
    if shown.letter is Letter.final:
        yield Paragraph(
            "本答复为专项查核认定，就这件事不再受理异议。如仍有意见，"
            "可以依照《中国共产党党员权利保障条例》向上级党组织或者纪检机关反映。"
        )
        return
    yield Paragraph(
        f"请你在{shown.object_by}前表明是否接受本答复，逾期未提出的，视为无异议。"
        f"仍有异议的，可以在此期限内写明理由，提请{shown.above}专项查核；"
        f"逾期的，在年度积分报备案前仍可说明理由提请。"
        f"专项查核在{shown.second_days}个工作日内答复，所作认定为最终认定。"
    )


def _received(head: LetterHead) -> str:
    return f"你于{head.raised_on}以{head.via}方式对“{head.matter}”提出的异议收悉。"


def _sentence(words: str) -> str:
    return words if words.endswith(("。", "！", "？")) else f"{words}。"


def _paper(head: LetterHead, letter: Letter, blocks: tuple[Block, ...], *, closing: str) -> PlainPaper:
    """The last paragraph stands on one page with the signature, so that no page has the signature alone."""
    title = LETTER_TITLES[letter]
    *before, last = blocks
    end = ending(head.signature, closing=closing)
    assert isinstance(last, Paragraph)
    framed = (Title(title), Line(f"{head.name}同志："), *before, Together((last, *end.blocks)))
    return PlainPaper(title, head.unit, framed, head.dated)
