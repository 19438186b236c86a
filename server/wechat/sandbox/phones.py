"""The people behind the openids: what they agreed to, whom they follow, when they last wrote."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.errcodes import CallRefused

OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
USER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
MESSAGE_WINDOW = timedelta(hours=48)
MESSAGE_ALLOWANCE = 5
TAP_WINDOW = timedelta(minutes=1)
TAP_ALLOWANCE = 3
SEEN_WINDOW = timedelta(hours=2)


@dataclass(slots=True)
class Window:
    """Until when, and how often, an official account may still answer."""

    until: datetime
    left: int


@dataclass(slots=True)
class Phone:
    """One person in one app. A person who has an official account's openid follows it until they stop.

    `licensed`: 企业微信 lets our application write to them.
    """

    agreed: dict[str, int] = field(default_factory=dict)
    gone: bool = False
    follows: bool = True
    refuses: bool = False
    licensed: bool = True
    seen_at: datetime | None = None
    windows: list[Window] = field(default_factory=list)


class Phones:
    """All phones; one appears when it is first heard of."""

    def __init__(self) -> None:
        self._phones: dict[tuple[App, str], Phone] = {}

    def at(self, app: App, openid: str) -> Phone:
        phone = self._phones.get((app, openid))
        if phone is None:
            phone = self._phones.setdefault((app, openid), Phone())
        return phone

    def known(self, app: App, openid: str) -> Phone:
        """Return the phone. Raises CallRefused 40003."""
        if not OPENID.fullmatch(openid):
            raise CallRefused(40003)
        phone = self.at(app, openid)
        if phone.gone:
            raise CallRefused(40003)
        return phone

    def agree(self, openid: str, template_id: str, times: int = 1) -> int:
        """Agree to so many more messages of a template; return how many there are now."""
        agreed = self.at(App.miniprogram, openid).agreed
        agreed[template_id] = max(0, agreed.get(template_id, 0) + times)
        return agreed[template_id]


def wrote(phone: Phone, now: datetime) -> None:
    """A message of the person opens a fresh window."""
    phone.windows = [Window(now + MESSAGE_WINDOW, MESSAGE_ALLOWANCE)]


def tapped(phone: Phone, now: datetime) -> None:
    """A menu tap, a follow or a scan opens a short one beside what there is."""
    phone.windows = [each for each in phone.windows if each.until > now] + [Window(now + TAP_WINDOW, TAP_ALLOWANCE)]


def answer_once(phone: Phone, now: datetime) -> int:
    """Use one of the answers a person's message allows; return how many are left. Raises CallRefused 45015 or 45047."""
    windows = sorted((each for each in phone.windows if each.until > now), key=lambda each: each.until)
    if not windows:
        raise CallRefused(45015)
    open_one = next((each for each in windows if each.left > 0), None)
    if open_one is None:
        raise CallRefused(45047)
    open_one.left -= 1
    return sum(each.left for each in windows)
