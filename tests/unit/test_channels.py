"""What each channel sends: within WeChat's limits, figures hidden from who hides them, off without its settings."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import Settings, load
from server.pushes.catalogue import CATALOGUE, FieldKind, OccasionEntry
from server.pushes.channels import accounts
from server.pushes.channels.fields import HIDDEN, fitted
from server.pushes.channels.message import ChannelMessage
from server.pushes.channels.official import channel as official
from server.pushes.channels.subscription import channel as subscription
from server.pushes.channels.table import ADAPTERS
from server.pushes.channels.work import channel as work
from server.pushes.rules import Channel, Occasion
from server.wechat.sandbox.fields import checked

CONTENT = {"month": "2026年5月", "points": "62.50 分", "change": "+1.50", "hint": "点击查看明细"}
SAFE = (FieldKind.thing, FieldKind.phrase, FieldKind.character_string)


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        (FieldKind.thing, "一" * 25, "一" * 20),
        (FieldKind.thing, "𬭎" * 21, "𬭎" * 20),
        (FieldKind.thing, "第一行\n第二行\r\n", "第一行 第二行"),
        (FieldKind.thing, " \n\t ", "无"),
        (FieldKind.thing, "\ud800", "无"),
        (FieldKind.phrase, "审核通过（部分）了", "审核通过部"),
        (FieldKind.phrase, "OK", "无"),
        (FieldKind.name, "买买提江·阿不都热依木·某", "买买提江·阿不都热依"),
        (FieldKind.character_string, "党费 2026-05", "2026-05"),
        (FieldKind.character_string, "x" * 40, "x" * 32),
        (FieldKind.character_string, "无", "-"),
        (FieldKind.number, "12 次", "12"),
        (FieldKind.number, "", "0"),
        (FieldKind.time, "2026年6月18日 19:00", "2026年6月18日 19:00"),
    ],
)
def test_texts_are_cut_to_what_wechat_takes(kind: FieldKind, text: str, shown: str) -> None:
    assert fitted(kind, text) == shown


@given(st.sampled_from(SAFE), st.text())
def test_whatever_the_text_wechat_takes_it(kind: FieldKind, text: str) -> None:
    checked({f"{kind}1": {"value": fitted(kind, text)}})


def _message(
    settings: Settings, channel: Channel, *, occasion: Occasion = Occasion.month_score, **others: Any
) -> ChannelMessage:
    entry: OccasionEntry = CATALOGUE[occasion]
    values: dict[str, Any] = {
        "push_id": 7,
        "address": "oAbC",
        "entry": entry,
        "content": CONTENT,
        "page": "/pages/score/month?month=2026-05",
        "hides_figures": False,
        "template": accounts.template_of(settings, channel, entry.template),
        "mini_program": "wx1",
    }
    return ChannelMessage(**(values | others))


def test_a_subscription_message(settings: Settings) -> None:
    body = subscription.body(_message(settings, Channel.subscription))
    assert (body["touser"], body["template_id"]) == ("oAbC", "sandbox-score")
    assert body["page"] == "pages/score/month?month=2026-05&push=7"
    assert body["data"]["thing2"] == {"value": "62.50 分"}


def test_an_official_accounts_message_opens_the_mini_program(settings: Settings) -> None:
    body = official.body(_message(settings, Channel.official))
    assert body["miniprogram"] == {"appid": "wx1", "pagepath": "pages/score/month?month=2026-05&push=7"}
    assert body["client_msg_id"] == "push-7"


def test_a_message_of_enterprise_wechat_carries_our_labels(settings: Settings) -> None:
    body = work.body(_message(settings, Channel.work))
    notice = body["miniprogram_notice"]
    assert [line["key"] for line in notice["content_item"]] == [
        field.label for field in CATALOGUE[Occasion.month_score].fields
    ]
    assert len(notice["title"]) <= 12


@pytest.mark.parametrize("channel", Channel)
def test_figures_are_hidden_from_who_hides_them(settings: Settings, channel: Channel) -> None:
    shown = str(ADAPTERS[channel].body(_message(settings, channel)))
    hidden = str(ADAPTERS[channel].body(_message(settings, channel, hides_figures=True)))
    assert "62.50" in shown
    assert "62.50" not in hidden
    assert HIDDEN in hidden


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("occasion", Occasion)
def test_every_occasion_can_be_written_even_with_nothing_to_say(
    settings: Settings, channel: Channel, occasion: Occasion
) -> None:
    assert ADAPTERS[channel].body(_message(settings, channel, occasion=occasion, content={}))["touser"] == "oAbC"


def test_outside_the_sandbox_a_channel_without_its_settings_is_off(tmp_path: Any) -> None:
    settings = replace(load({"XIANFENG_DATA": str(tmp_path)}), wechat_app_id="wx1", wechat_secret="s")
    assert not any(adapter.available(settings, "score") for adapter in ADAPTERS.values())
    with_work = replace(settings, work_corp_id="ww1", work_secret="s")
    assert ADAPTERS[Channel.work].available(with_work, "score")


def test_every_channel_has_its_way() -> None:
    assert set(ADAPTERS) == set(Channel)
