"""The bot in a terminal: the same conversation as in WeChat, for when no phone is at hand. Only in the sandbox."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import pictures
from bot.answering import answer
from bot.error_codes import BotErrorCode
from bot.messages import ChatChannel, Incoming, Kind
from server import clock
from server.config import Settings
from server.db import transaction
from server.errors import DomainError, not_found
from server.identity import service as identity
from server.organizations.binding import account_of_member
from server.organizations.models import Member
from server.organizations.rules import normal_work_number

APP_ID = "terminal"
LEAVING = frozenset({"exit", "quit", "再见"})


@dataclass(frozen=True, slots=True)
class Speaker:
    """The person the terminal speaks for."""

    name: str
    openid: str


def speaker(session: Session, *, work_number: str, now: datetime) -> Speaker:
    """Return the member with this number, known to the bot as one who is bound. Raises DomainError `not_found`."""
    number = normal_work_number(work_number)
    members = session.scalars(select(Member).where(Member.work_number == number).order_by(Member.id)).all()
    bound = [(member, account) for member in members if (account := account_of_member(session, member.id)) is not None]
    if not bound:
        raise not_found("已开通账号的工号")
    member, account = bound[0]
    known = identity.find_or_add_identity(session, app_id=APP_ID, openid=number, unionid=None, now=now)
    identity.bind(session, identity_id=known.id, account_id=account.id, now=now)
    return Speaker(member.name, number)


def chat(engine: Engine, settings: Settings, console: Console, *, work_number: str) -> None:
    """Talk until the person leaves; a line that names a picture's file sends the picture."""
    if not settings.sandbox:
        raise DomainError(BotErrorCode.only_in_sandbox, "终端对话只用于沙盒；正式环境请在微信里对话")
    person = transaction(engine, lambda session: speaker(session, work_number=work_number, now=clock.now()))
    console.print(f"您现在是{person.name}。直接打字；发照片请输入图片文件的路径；Ctrl-D 离开。")
    for number in count():
        try:
            line = console.input(f"[bold cyan]{escape(person.name)}[/] > ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if line.lower() in LEAVING:
            return
        for text in _answers(engine, settings, _message(person, line, number)):
            console.print(Panel(escape(text), title="先锋积分", title_align="left", border_style="red", expand=False))


def _message(person: Speaker, line: str, number: int) -> Incoming:
    now = clock.now()
    path = Path(line.strip("'\""))
    is_file = 0 < len(line) < 255 and path.is_file()
    return Incoming(
        channel=ChatChannel.terminal,
        app_id=APP_ID,
        openid=person.openid,
        key=f"{now.timestamp()}-{number}",
        kind=Kind.image if is_file else Kind.text,
        received_at=now,
        text="" if is_file else line,
        picture=path.read_bytes() if is_file else None,
    )


def _answers(engine: Engine, settings: Settings, message: Incoming) -> list[str]:
    """Answer in one transaction; a picture is decoded before it."""
    if message.picture is not None:
        try:
            pictures.decoded(message.picture)
        except DomainError as refusal:
            return [refusal.message]

    def work(session: Session) -> list[str]:
        replies = answer(session, settings=settings, incoming=message, now=message.received_at)
        return [reply.text for reply in replies]

    return transaction(engine, work)
