"""What a reply gets to work with: the open session, who speaks, the time, and what the conversation remembers."""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from bot.dialogue import Dialogue
from bot.error_codes import BotErrorCode
from bot.messages import Incoming
from server.config import Settings
from server.days import shanghai_date
from server.errors import DomainError, not_found
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import WechatIdentity
from server.identity.rules import Actor, Permission, Target, allows
from server.organizations.targets import of_member


@dataclass(slots=True)
class Turn:
    """One message being answered."""

    session: Session
    settings: Settings
    incoming: Incoming
    now: datetime
    identity: WechatIdentity
    actor: Actor
    dialogue: Dialogue
    asked: dict[str, Any] | None = None
    """What the message before waited for; a reply may ask it again."""

    @property
    def today(self) -> date:
        return shanghai_date(self.now)

    @property
    def account_id(self) -> int:
        if self.actor.account_id is None:
            raise _not_bound()
        return self.actor.account_id

    @property
    def member_id(self) -> int:
        """The speaker's own member. Raises DomainError `not_bound`, or `no_member` if the speaker is not a member."""
        if self.actor.account_id is None:
            raise _not_bound()
        if self.actor.member_id is None:
            raise DomainError(BotErrorCode.no_member, "您的账号没有对应的党员身份，这里查不到个人积分和会议。")
        return self.actor.member_id

    def require(self, permission: Permission, target: Target | None) -> Target:
        """Return the target if the speaker may do this to it. Raises DomainError `not_found`, as the API does."""
        if target is None or not allows(self.actor, permission, target):
            raise not_found()
        return target

    def require_own(self, permission: Permission) -> Target:
        """Return the speaker's own member as the target, if they may do this to themselves."""
        return self.require(permission, of_member(self.session, self.member_id))

    def page(self, path: str) -> str:
        """Return the address of one of the app's pages, to be opened from the chat."""
        return f"{self.settings.base_url}/m/{path}"

    # What waits for the next message

    def confirm(self, act: str, words: str, **arguments: Any) -> str:
        """Repeat a wish back; `act`, a reply of this name, carries it out if the very next message says 是."""
        self.dialogue.pending = {"act": act, "arguments": arguments, "words": words}
        return f"{words}\n确认请回复“是”，不办请回复“取消”。"

    def choose(self, question: str, options: list[tuple[str, str, dict[str, str]]]) -> str:
        """Ask with numbers. Each option: what it says, and the intent with slots that its number stands for."""
        self.dialogue.pending = {"options": [[intent, slots] for _, intent, slots in options]}
        lines = [f"{number}. {title}" for number, (title, _, _) in enumerate(options, start=1)]
        return "\n".join([question, *lines, "请回复数字。"])


def _not_bound() -> DomainError:
    return DomainError(IdentityErrorCode.not_bound, "请先完成身份绑定", status=HTTPStatus.FORBIDDEN)
