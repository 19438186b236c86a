"""The menu below the chat, by role. A key is the name of an intent, as if its words had been typed. Pure."""

from typing import Any

Json = dict[str, Any]
SCAN_KEY = "check_in"
"""扫码签到 hands us what was scanned, whatever its key; typed, the word says how to check in."""


def for_members(home: str) -> list[Json]:
    """Return what everyone sees; `home` is the app's address."""
    points = (
        _said("我的积分", "score"),
        _said("扣分原因", "why"),
        _said("还能加什么分", "still_possible"),
        _said("我的排名", "rank"),
    )
    acts = (
        _scan("扫码签到"),
        _said("我要申报", "report"),
        _said("我的申报", "claims"),
        _said("请假", "leave"),
        _said("近期会议", "meetings"),
    )
    more = (_said("通知公告", "notices"), _said("怎么用", "help"), _view("打开手机端", home))
    return [_top("积分", *points), _top("办理", *acts), _top("更多", *more)]


def for_reviewers(home: str) -> list[Json]:
    """Return what those see who review claims."""
    points, acts, more = for_members(home)
    return [points, acts, _top("审核", _said("待审申报", "review"), *more["sub_button"])]


def _top(name: str, *below: Json) -> Json:
    return {"name": name, "sub_button": list(below)}


def _said(name: str, intent: str) -> Json:
    return {"type": "click", "name": name, "key": intent}


def _scan(name: str) -> Json:
    return {"type": "scancode_waitmsg", "name": name, "key": SCAN_KEY}


def _view(name: str, url: str) -> Json:
    return {"type": "view", "name": name, "url": url}


def same(one: object, other: object) -> bool:
    """Whether two menus are the same, however WeChat writes empty fields."""
    return _plain(one) == _plain(other)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each not in ([], "", None)}
    return [_plain(each) for each in value] if isinstance(value, list) else value
