"""Over thousands of mangled messages, in every state that waits for 是, nothing is done that was not plainly said."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import conversation, replies
from bot.dialogue import Dialogue
from bot.messages import ChatChannel, Incoming, Kind
from bot.replies import check_in
from bot.turn import Turn
from bot.understanding.likeness import EXAMPLES
from server.config import Settings
from server.errors import DomainError
from server.identity.models import WechatIdentity
from tests.bot.mutations import mutated
from tests.cast import NOW, Cast, Person
from tests.claiming import submitted
from tests.fuzzing import examples
from tests.meeting import make_meeting

COUNT = examples(10_000)
ACTS = ("approve", "adjust", "return_claim", "reject", "undo", "withdraw", "leave", "report", "check_in")
ASSENT = set(
    "是的对确认定好嗯可以没错提交行中成妥要得办同意就这样么着没问题毛病无误准正确属实当然嘞滴哒啊呀哦哈哟呐噢吧哩照当呢个交理"
)
LATIN = re.compile(r"ok(?:ay)?|yes|yep|y", re.IGNORECASE)
ASSURED = re.compile(
    "(?:信息|内容|日期|时间|项目|以上|上述|情况|资料)+(?=都|全|对|正确|准确|属实|无误|没)|都|完?全|有?意见|有(?=错)|必须|昂|头|着|"
    "(?:就?[按照]|就)这个|请(?=提交|确认)|是我(?:本人)?(?:报|做|申报|参加)?|是本人|我(?=确认|确定|同意)|(?:我)?核对过了|"
    "(?:麻烦|辛苦|谢谢|多谢)(?:您|你)?了?(?:老师|书记|同志)?|呐|冇|莫(?=得问题)"
)
"""Words that may stand beside an assent."""

DOUBT = re.compile(
    r"不|别|没(?!有?错|[有得啥]?问题|有?意见|毛病)|吗|[?？]|先|再|等|想|要不|是吧|对吧|没错吧|如果|算了|否|取消"
)


def corpus() -> list[str]:
    said = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    assents = [each["text"] for each in said if each["intent"] in ("yes", "no")]
    orders = [each["text"] for each in said if each.get("in") == "review"]
    return [each["text"] for each in said] + assents * 8 + orders * 2


def assents(text: str) -> bool:
    """Whether a message may be taken for 是, by rules of its own."""
    words = ASSURED.sub("", LATIN.sub("", re.sub(r"[^\w?？]", "", text)))
    return not DOUBT.search(text) and set(words) <= ASSENT


@pytest.fixture
def acted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What would have been done, instead of doing it."""
    done: Counter[str] = Counter()

    def recorder(name: str) -> Callable[..., list[str]]:
        def carry_out(_turn: Turn, _arguments: dict[str, Any]) -> list[str]:
            done[name] += 1
            return [name]

        return carry_out

    def by_ticket(_turn: Turn, _ticket: str, *_choices: str) -> list[str]:
        done["checked_in"] += 1
        return ["checked_in"]

    for name in ACTS:
        monkeypatch.setattr(replies.of(name), "carry_out", recorder(name))
    monkeypatch.setattr(check_in, "by_ticket", by_ticket)
    return done


def states(session: Session, cast: Cast) -> Iterator[tuple[Person, Dialogue]]:
    """Yield who speaks in which state, again and again."""
    claim = submitted(session, cast.zhang_min)
    meeting = make_meeting(session, cast, starts_at=NOW + timedelta(days=1))
    session.commit()
    shown: dict[str, Any] = {"claim": claim.id, "version": claim.version, "skipped": []}
    draft: dict[str, Any] = {
        "text": "去社区做志愿服务",
        "item": "C04",
        "day": date(2026, 6, 17).isoformat(),
        "quantity": "1",
        "level": None,
        "photos": [],
        "own_photos": [],
        "photos_done": True,
        "asked": "confirm",
    }
    waiting: dict[str, tuple[Person, str | None, dict[str, Any]]] = {
        "approve": (cast.wang_fang, "review", shown),
        "reject": (cast.wang_fang, "review", shown),
        "withdraw": (cast.zhang_min, None, {}),
        "leave": (cast.zhang_min, None, {"meeting": str(meeting.id)}),
        "report": (cast.zhang_min, "report", draft),
    }
    while True:
        for act, (person, flow, data) in waiting.items():
            yield person, Dialogue(flow, dict(data), {"act": act, "arguments": {}, "words": "办理这件事。"})
        yield cast.wang_fang, Dialogue("review", dict(shown))
        yield cast.zhang_min, Dialogue()


@pytest.mark.thinned
@pytest.mark.sqlite_only
@pytest.mark.timeout(900)
def test_nothing_is_ever_done_by_mistake(session: Session, cast: Cast, settings: Settings, acted: Counter[str]) -> None:
    mistakes: list[tuple[str, str]] = []
    situations = states(session, cast)
    identities = {person: session.get_one(WechatIdentity, person.actor.identity_id) for person in cast.people.values()}
    for text, (person, dialogue) in zip(mutated(corpus(), count=COUNT, seed=75), situations, strict=False):
        waited = dialogue.pending is not None
        before = acted.total()
        message = Incoming(ChatChannel.terminal, "sandbox", "someone", "key", Kind.text, NOW, text=text)
        turn = Turn(session, settings, message, NOW, identities[person], person.actor, dialogue)
        savepoint = session.begin_nested()
        try:
            conversation.respond(turn)
        except DomainError:
            pass
        finally:
            savepoint.rollback()
        if acted.total() > before and not (waited and assents(text)):
            mistakes.append((text, str(dialogue.flow)))
    assert not mistakes
    assert acted.total() > COUNT / 200, "the mutations left hardly any 是 whole, so that the test shows nothing"
