"""Tokens by the rules of `stable_token`, and 企业微信's."""

from datetime import UTC, datetime, timedelta

import pytest

from server.wechat.sandbox.accounts import App, Tokens
from server.wechat.sandbox.errcodes import CallRefused

START = datetime(2026, 11, 5, 6, tzinfo=UTC)


def _errcode(tokens: Tokens, app: App, token: str, now: datetime) -> int:
    try:
        tokens.check(app, token, now=now)
    except CallRefused as refusal:
        return refusal.errcode
    return 0


def test_asked_again_the_same_token_comes_and_its_time_runs_out() -> None:
    tokens = Tokens()
    first, seconds = tokens.stable(App.miniprogram, now=START)
    again, left = tokens.stable(App.miniprogram, now=START + timedelta(minutes=100))
    assert (again, seconds, left) == (first, 7200, 1200)
    assert len(first) >= 512


def test_five_minutes_before_the_end_the_next_one_comes_and_both_are_good() -> None:
    tokens = Tokens()
    first, _ = tokens.stable(App.miniprogram, now=START)
    assert tokens.stable(App.miniprogram, now=START + timedelta(seconds=6899))[0] == first
    late = START + timedelta(seconds=6900)
    second, seconds = tokens.stable(App.miniprogram, now=late)
    assert second != first
    assert seconds == 7200
    assert [_errcode(tokens, App.miniprogram, token, late) for token in (first, second)] == [0, 0]
    end = START + timedelta(seconds=7200)
    assert [_errcode(tokens, App.miniprogram, token, end) for token in (first, second)] == [42001, 0]


def test_forced_the_old_token_ends_at_once() -> None:
    tokens = Tokens()
    first, _ = tokens.stable(App.official, now=START)
    second, _ = tokens.stable(App.official, now=START, force=True)
    assert second != first
    assert _errcode(tokens, App.official, first, START) == 40001


def test_forced_again_within_half_a_minute_nothing_is_refreshed() -> None:
    tokens = Tokens()
    first, _ = tokens.stable(App.official, now=START, force=True)
    assert tokens.stable(App.official, now=START + timedelta(seconds=29), force=True)[0] == first
    assert tokens.stable(App.official, now=START + timedelta(seconds=30), force=True)[0] != first


def test_forced_for_the_21st_time_in_a_day_it_is_refused() -> None:
    tokens = Tokens()
    for number in range(20):
        tokens.stable(App.official, now=START + timedelta(minutes=number), force=True)
    with pytest.raises(CallRefused) as refusal:
        tokens.stable(App.official, now=START + timedelta(minutes=20), force=True)
    assert refusal.value.errcode == 45009
    assert tokens.stable(App.official, now=START + timedelta(minutes=20))[1] > 0
    tokens.stable(App.official, now=START + timedelta(hours=10, minutes=1), force=True)  # past midnight in Shanghai


def test_the_token_of_one_app_is_none_of_another() -> None:
    tokens = Tokens()
    token, _ = tokens.stable(App.miniprogram, now=START)
    assert _errcode(tokens, App.official, token, START) == 48001
    assert _errcode(tokens, App.miniprogram, "made up", START) == 40001
    assert _errcode(tokens, App.work, "made up", START) == 40014


def test_the_token_of_work_stays_to_its_very_end() -> None:
    tokens = Tokens()
    first, _ = tokens.lasting(App.work, now=START)
    assert tokens.lasting(App.work, now=START + timedelta(seconds=7199)) == (first, 1)
    assert tokens.lasting(App.work, now=START + timedelta(seconds=7200))[0] != first


def test_every_fetch_is_counted() -> None:
    tokens = Tokens()
    for _ in range(3):
        tokens.stable(App.miniprogram, now=START)
    app_tokens = tokens.by_app[App.miniprogram]
    assert (app_tokens.fetches, app_tokens.issued) == (3, 1)
    assert tokens.by_app[App.official].fetches == 0
