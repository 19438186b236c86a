"""What an official account asks WeChat for: followers, tags, menus and files."""

from datetime import datetime

from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.errcodes import CallRefused
from server.wechat.sandbox.exchange import Ask, CallOutcome, PictureAnswer
from server.wechat.sandbox.sign_in import unionid_of
from server.wechat.sandbox.state import SandboxState
from server.wechat.sandbox.tags import MOST_TAGGED_AT_ONCE

PREFIX = "of_"
"""A persona's openid here is that of the mini-program with this prefix."""

DONE = {"errcode": 0, "errmsg": "ok"}


def follower(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """user/info: the unionid of a follower."""
    openid = ask.query.get("openid", "")
    if not state.phones.known(App.official, openid).follows:
        return CallOutcome({"subscribe": 0, "openid": openid})
    return CallOutcome({"subscribe": 1, "openid": openid, "unionid": unionid_of(openid.removeprefix(PREFIX))})


def media(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    found = state.media.get(ask.query.get("media_id", ""))
    if found is None:
        raise CallRefused(40007)
    return CallOutcome(PictureAnswer(found.content, found.mimetype))


def create_menu(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    state.menus.create(ask.json.get("button"))
    return CallOutcome(DONE)


def add_conditional_menu(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    rule = ask.json.get("matchrule")
    given = str(rule.get("tag_id", "")) if isinstance(rule, dict) else ""
    tag_id = int(given) if given.isdecimal() else 0
    state.tags.known(tag_id)
    return CallOutcome({"menuid": str(state.menus.add_conditional(ask.json.get("button"), tag_id))})


def remove_conditional_menu(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    state.menus.remove_conditional(ask.json.get("menuid"))
    return CallOutcome(DONE)


def read_menus(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    menus = state.menus
    if menus.everyone is None:
        raise CallRefused(46003)
    conditional = [menu.as_json() for menu in menus.conditional]
    return CallOutcome({"menu": menus.everyone.as_json(), **({"conditionalmenu": conditional} if conditional else {})})


def create_tag(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    tag = ask.json.get("tag")
    name = tag.get("name") if isinstance(tag, dict) else None
    if not isinstance(name, str):
        raise CallRefused(45158)
    return CallOutcome({"tag": {"id": state.tags.create(name), "name": name}})


def read_tags(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    tags = state.tags
    counted = [{"id": key, "name": name, "count": len(tags.members[key])} for key, name in tags.names.items()]
    return CallOutcome({"tags": counted})


def read_tagged(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    """user/tag/get: who has a tag, 10,000 at a time."""
    after = ask.text("next_openid")
    openids = [each for each in sorted(state.tags.known(ask.json.get("tagid"))) if each > after][:10_000]
    return CallOutcome(
        {"count": len(openids), "data": {"openid": openids}, "next_openid": openids[-1] if openids else ""}
    )


def tag(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    state.tags.known(ask.json.get("tagid")).update(_openids(ask))
    return CallOutcome(DONE)


def untag(state: SandboxState, ask: Ask, now: datetime) -> CallOutcome:
    state.tags.known(ask.json.get("tagid")).difference_update(_openids(ask))
    return CallOutcome(DONE)


def _openids(ask: Ask) -> list[str]:
    openids = ask.json.get("openid_list")
    if not isinstance(openids, list) or not 0 < len(openids) <= MOST_TAGGED_AT_ONCE:
        raise CallRefused(40003)
    return [str(openid) for openid in openids]
