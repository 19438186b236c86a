"""The menus of an official account: one for all, and some for those who have a tag."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from server.wechat.sandbox.errcodes import CallRefused

Json = dict[str, Any]
MOST_TOP, MOST_BELOW = 3, 5
LONGEST_NAME_BYTES, LONGEST_NAME_BELOW_BYTES, LONGEST_KEY_BYTES = 16, 60, 128
NEEDED = {"click": "key", "scancode_waitmsg": "key", "scancode_push": "key", "view": "url", "miniprogram": "url"}


@dataclass(slots=True)
class Menu:
    """`tag_id` None: for all."""

    id: int
    buttons: list[Json]
    tag_id: int | None = None

    def as_json(self) -> Json:
        rule = {} if self.tag_id is None else {"matchrule": {"group_id": self.tag_id, "tag_id": str(self.tag_id)}}
        return {"button": self.buttons, "menuid": self.id, **rule}


@dataclass(slots=True)
class Menus:
    everyone: Menu | None = None
    conditional: list[Menu] = field(default_factory=list)
    _ids: "count[int]" = field(default_factory=lambda: count(400_000_001))

    def create(self, buttons: object) -> None:
        """Replace the menu for all. Raises CallRefused."""
        self.everyone = Menu(next(self._ids), checked(buttons))

    def add_conditional(self, buttons: object, tag_id: int) -> int:
        """Return the new menu's id. Raises CallRefused."""
        if self.everyone is None:
            raise CallRefused(65303)
        menu = Menu(next(self._ids), checked(buttons), tag_id)
        self.conditional.append(menu)
        return menu.id

    def remove_conditional(self, menu_id: object) -> None:
        self.conditional = [menu for menu in self.conditional if str(menu.id) != str(menu_id)]

    def clear(self) -> None:
        self.everyone, self.conditional = None, []

    def seen_by(self, tag_ids: list[int]) -> list[Json]:
        """Return the buttons a person sees: of the menus meant for them, the newest."""
        for menu in reversed(self.conditional):
            if menu.tag_id in tag_ids:
                return menu.buttons
        return self.everyone.buttons if self.everyone else []


def checked(buttons: object) -> list[Json]:
    """Return the buttons if WeChat would take them. Raises CallRefused."""
    if not isinstance(buttons, list) or not 0 < len(buttons) <= MOST_TOP:
        raise CallRefused(40016)
    for button in buttons:
        below = button.get("sub_button") if isinstance(button, dict) else None
        _check(button, LONGEST_NAME_BYTES, acts=not below)
        if below and (not isinstance(below, list) or len(below) > MOST_BELOW):
            raise CallRefused(40016)
        for each in below or ():
            _check(each, LONGEST_NAME_BELOW_BYTES, acts=True)
    return buttons


def _check(button: object, longest_name: int, *, acts: bool) -> None:
    if not isinstance(button, dict):
        raise CallRefused(40016)
    name = button.get("name")
    if not isinstance(name, str) or not 0 < len(name.encode()) <= longest_name:
        raise CallRefused(40018)
    if not acts:
        return
    needed = NEEDED.get(str(button.get("type")))
    if needed is None:
        raise CallRefused(40017)
    value = button.get(needed)
    if not isinstance(value, str) or not value or (needed == "key" and len(value.encode()) > LONGEST_KEY_BYTES):
        raise CallRefused(40019)
