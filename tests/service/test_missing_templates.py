"""A channel that is on without its templates sends nothing: the start, `xianfeng jobs` and /metrics say so."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server import config
from server.config import Settings
from server.pushes import metrics
from server.pushes.catalogue import CATALOGUE, TEMPLATES
from server.pushes.channels.accounts import missing_templates
from server.pushes.rules import Channel
from server.start_warnings import start_warnings
from tests.service.test_cli import upgraded, xianfeng

pytestmark = pytest.mark.sqlite_only
LIVE = {
    "WECHAT_APP_ID": "wx1",
    "WECHAT_SECRET": "wechat secret",
    "XIANFENG_SECRET_KEY": "zVq3oR7mXw1tLk9eHd5sYb2nGf8uJc4a",
    "XIANFENG_PHONE_KEYS": "new:" + hashlib.sha256(b"new").hexdigest(),
}


def written(path: Path, keys: Iterable[str], *, without_a_field: str = "") -> str:
    """Write a file of templates for both channels; return where it lies."""
    known = {
        key: {"id": f"id-{key}", "fields": [f"{kind}{n}" for n, kind in enumerate(TEMPLATES[key])]} for key in keys
    }
    if without_a_field:
        known[without_a_field]["fields"] = known[without_a_field]["fields"][1:]
    path.write_text(json.dumps(dict.fromkeys(("subscription", "official"), known)))
    return str(path)


def live(tmp_path: Path, **more: str) -> Settings:
    return config.load(LIVE | {"XIANFENG_DATA": str(tmp_path)} | more)


def test_the_sandbox_lacks_none(settings: Settings) -> None:
    assert missing_templates(settings) == {}


def test_without_the_file_every_template_of_the_channels_that_are_on_is_named(tmp_path: Path) -> None:
    of = {
        channel: sorted({entry.template for entry in CATALOGUE.values() if channel in entry.channels})
        for channel in (Channel.subscription, Channel.official)
    }
    assert missing_templates(live(tmp_path)) == {Channel.subscription: of[Channel.subscription]}
    both = live(tmp_path, OFFICIAL_APP_ID="wx2", OFFICIAL_SECRET="its secret")
    assert missing_templates(both) == of


def test_a_key_left_out_and_one_with_too_few_fields_are_named(tmp_path: Path) -> None:
    keys = set(TEMPLATES) - {"score"}
    file = written(tmp_path / "templates.json", keys, without_a_field="claim")
    assert missing_templates(live(tmp_path, XIANFENG_WECHAT_TEMPLATES=file)) == {
        Channel.subscription: ["claim", "score"]
    }


def test_a_whole_file_lacks_none(tmp_path: Path) -> None:
    file = written(tmp_path / "templates.json", TEMPLATES)
    both = {"OFFICIAL_APP_ID": "wx2", "OFFICIAL_SECRET": "its secret"}
    assert missing_templates(live(tmp_path, XIANFENG_WECHAT_TEMPLATES=file, **both)) == {}


def test_the_start_says_which(engine: Engine, tmp_path: Path) -> None:
    [words] = start_warnings(engine, live(tmp_path, XIANFENG_HEAD_KEYS="ab" * 32))
    assert words.startswith("XIANFENG_WECHAT_TEMPLATES 缺少小程序订阅消息的模板 ")
    assert all(key in words for key in missing_templates(live(tmp_path))[Channel.subscription])


def test_prometheus_reads_which(settings: Settings, tmp_path: Path) -> None:
    [*samples] = metrics.missing_templates(live(tmp_path)).samples
    assert {sample.labels["template"] for sample in samples} == set(
        missing_templates(live(tmp_path))[Channel.subscription]
    )
    assert metrics.missing_templates(settings).samples == []


def test_who_asks_for_the_jobs_reads_which(tmp_path: Path) -> None:
    upgraded(tmp_path)
    assert "小程序订阅消息的模板" in xianfeng(tmp_path, "jobs", **LIVE).output
    assert "注意" not in xianfeng(tmp_path, "jobs").output


def test_a_channel_that_is_off_is_not_spoken_of(settings: Settings) -> None:
    assert missing_templates(replace(settings, official_app_id="")) == {}
