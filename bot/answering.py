"""The one entry point: turns what came in from a person into what goes back to them."""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import conversation, dialogue
from bot.messages import Incoming, Reply
from bot.turn import Turn
from server.config import Settings
from server.errors import DomainError
from server.identity import queries as identity_queries
from server.identity import service as identity
from server.text import readable

log = structlog.get_logger()

MOST_BYTES = 2048
"""WeChat's limit for a text."""

PRIVATELY = "这里是群聊，积分、申报等个人事项不在群里说。请私聊我，发“帮助”看看我能做什么。"
TROUBLE = "抱歉，这句话我没能处理好，什么都没有改动。请稍后再试，或在小程序里办理。"


def answer(session: Session, *, settings: Settings, incoming: Incoming, now: datetime) -> tuple[Reply, ...]:
    """Answer one message within the caller's transaction, which may be refused and run again.

    A refusal becomes its words, and what was half done is rolled back. Only what the database itself says is raised.
    """
    if incoming.in_group:
        return (Reply(PRIVATELY),)
    known = identity.find_or_add_identity(
        session, app_id=incoming.app_id, openid=incoming.openid, unionid=None, now=now
    )
    row = dialogue.locked(session, identity_id=known.id, account_id=known.account_id, now=now)
    turn = Turn(
        session=session,
        settings=settings,
        incoming=replace(incoming, text=readable(incoming.text)),
        now=now,
        identity=known,
        actor=identity_queries.actor_of(session, known, now=now),
        dialogue=dialogue.recalled(row, account_id=known.account_id, now=now),
    )
    texts = _guarded(turn)
    dialogue.keep(session, row, turn.dialogue, account_id=known.account_id, now=now)
    return tuple(Reply(part) for text in texts for part in parts(readable(text)))


def _guarded(turn: Turn) -> list[str]:
    """Continue the conversation; a refusal undoes what was written, and its question waits no longer."""
    savepoint = turn.session.begin_nested()
    try:
        texts = conversation.respond(turn)
    except DomainError as refusal:
        (savepoint.commit if refusal.keep else savepoint.rollback)()
        turn.dialogue.pending = None
        return [refusal.message]
    except DBAPIError:
        raise
    except Exception:
        log.exception("bot_failed", message_kind=turn.incoming.kind)
        savepoint.rollback()
        turn.dialogue.end()
        return [TROUBLE]
    savepoint.commit()
    return texts


def parts(text: str) -> list[str]:
    """Cut a text into messages that WeChat takes, between lines where possible."""
    found, current = [], ""
    for line in text.split("\n"):
        longer = f"{current}\n{line}" if current else line
        if len(longer.encode()) <= MOST_BYTES:
            current = longer
            continue
        if current:
            found.append(current)
        *whole, current = _pieces(line)
        found += whole
    return [*found, current] if current else found


def _pieces(line: str) -> list[str]:
    most = MOST_BYTES // 4
    return [line[start : start + most] for start in range(0, len(line), most)] or [""]
