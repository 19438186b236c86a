"""Settings: what the sandbox may guess, and what nothing else may."""

import hashlib
import secrets
from pathlib import Path

import pytest

from server.config import ConfigurationError, load
from server.environment import VARIABLES, Needed
from tests.at_once import at_once

SECRETS = [each.name for each in VARIABLES.values() if each.needed is Needed.real_wechat]
PLACES = [each.name for each in VARIABLES.values() if each.needed is Needed.production]
KEY = "zVq3oR7mXw1tLk9eHd5sYb2nGf8uJc4a"
NEW, OLD = (hashlib.sha256(name).hexdigest() for name in (b"new", b"old"))
PHONE_KEYS = f"new:{NEW},old:{OLD}"
PRODUCTION = {
    "XIANFENG_ENV": "production",
    "XIANFENG_DATA": "/srv/xianfeng",
    "XIANFENG_SECRET_KEY": KEY,
    "XIANFENG_PHONE_KEYS": PHONE_KEYS,
    "XIANFENG_DATABASE_URL": "mysql+pymysql://app@db/xianfeng",
    "XIANFENG_BASE_URL": "https://xianfeng.example.edu.cn/",
    "WECHAT_APP_ID": "wx1",
    "WECHAT_SECRET": "wechat secret",
}


def test_the_sandbox_needs_nothing(tmp_path: Path) -> None:
    settings = load({"XIANFENG_DATA": str(tmp_path / "var")})
    assert settings.sandbox
    assert not settings.production
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'xianfeng.db'}"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.photo_dir == tmp_path / "var" / "photos"


def test_the_port_moves_the_address_with_it(tmp_path: Path) -> None:
    settings = load({"XIANFENG_DATA": str(tmp_path), "PORT": "9123"})
    assert (settings.port, settings.base_url) == (9123, "http://127.0.0.1:9123")


def test_production_with_nothing_set_names_every_variable_it_needs() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load({"XIANFENG_ENV": "production"})
    assert all(name in str(refused.value) for name in (*SECRETS, *PLACES))


def test_production_makes_up_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="XIANFENG_SECRET_KEY"):
        load({"XIANFENG_ENV": "production", "XIANFENG_DATA": str(tmp_path / "var")})
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", [*SECRETS, *PLACES])
@pytest.mark.parametrize("value", [None, ""])
def test_production_does_not_start_without(name: str, value: str | None) -> None:
    environment = {**PRODUCTION, name: value}
    with pytest.raises(ConfigurationError, match=name):
        load({key: given for key, given in environment.items() if given is not None})


def test_production_takes_its_settings_from_the_environment(tmp_path: Path) -> None:
    settings = load({**PRODUCTION, "XIANFENG_DATA": str(tmp_path / "var")})
    assert settings.production
    assert not settings.sandbox
    assert settings.secret_key == KEY.encode()
    assert settings.base_url == "https://xianfeng.example.edu.cn"
    assert list(settings.phone_keys) == ["new", "old"]
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", SECRETS)
def test_the_real_wechat_needs_real_secrets_in_development_too(name: str, tmp_path: Path) -> None:
    environment = {key: PRODUCTION[key] for key in (*SECRETS, "WECHAT_APP_ID") if key != name}
    with pytest.raises(ConfigurationError, match=name):
        load({**environment, "XIANFENG_DATA": str(tmp_path)})


def test_a_misspelt_production_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="XIANFENG_ENV"):
        load({**PRODUCTION, "XIANFENG_ENV": "prod"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("XIANFENG_THREADS", "0"),
        ("XIANFENG_TRUSTED_PROXIES", "-1"),
        ("XIANFENG_TOKEN_DAYS", "1.5"),
        ("XIANFENG_SECRET_KEY", "short"),
        ("XIANFENG_SCHEDULER", "yes"),
        ("XIANFENG_PHONE_KEYS", "no colon"),
        ("XIANFENG_PHONE_KEYS", "a:not hex"),
        ("XIANFENG_PHONE_KEYS", "a:abcd"),
    ],
)
def test_an_unusable_value_is_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load({"XIANFENG_DATA": str(tmp_path), name: value})


def test_jobs_run_inside_the_server_except_in_production(tmp_path: Path) -> None:
    here = {"XIANFENG_DATA": str(tmp_path)}
    assert load(here).embeds_scheduler
    assert not load(PRODUCTION).embeds_scheduler
    assert not load(here | {"XIANFENG_SCHEDULER": "none"}).embeds_scheduler
    assert load(PRODUCTION | {"XIANFENG_SCHEDULER": "embedded"}).embeds_scheduler


def test_a_refusal_never_repeats_a_secret() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load({**PRODUCTION, "XIANFENG_PHONE_KEYS": "a:5ec7e7"})
    assert "5ec7e7" not in str(refused.value)


def test_settings_print_without_their_secrets() -> None:
    printed = repr(load({**PRODUCTION, "XIANFENG_DATABASE_URL": "mysql+pymysql://app:hidden@db/xianfeng"}))
    assert not [secret for secret in (KEY, "wechat secret", "hidden", "\\xab") if secret in printed]


def test_sandbox_secrets_are_random_kept_and_private(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    first, again, other = (load({"XIANFENG_DATA": str(path)}) for path in (here, here, there))
    assert (first.secret_key, first.phone_keys) == (again.secret_key, again.phone_keys)
    assert first.head_keys == again.head_keys != other.head_keys
    assert first.secret_key != other.secret_key
    assert {path.name: path.stat().st_mode & 0o777 for path in here.iterdir()} == {
        "secret_key": 0o600,
        "phone_key": 0o600,
        "head_key": 0o600,
    }


def test_outside_the_sandbox_no_key_of_heads_is_made_up(tmp_path: Path) -> None:
    assert load({**PRODUCTION, "XIANFENG_DATA": str(tmp_path)}).head_keys == ()
    drawn = [secrets.token_hex(32) for _ in range(2)]
    renewed = load({**PRODUCTION, "XIANFENG_HEAD_KEYS": ",".join(drawn)})
    assert [key.hex() for key in renewed.head_keys] == drawn


@pytest.mark.parametrize("keys", ["ab" * 31, "zz" * 32, "ab" * 32])
def test_a_key_of_heads_that_is_short_or_typed_is_refused(keys: str) -> None:
    with pytest.raises(ConfigurationError, match="XIANFENG_HEAD_KEYS"):
        load({**PRODUCTION, "XIANFENG_HEAD_KEYS": keys})


def test_two_processes_starting_together_agree_on_the_secrets(tmp_path: Path) -> None:
    def start() -> bytes:
        return load({"XIANFENG_DATA": str(tmp_path / "var")}).secret_key

    (seen,) = set(at_once(*[start] * 8))
    assert len(seen) == 64


@pytest.mark.parametrize("url", ["http://xianfeng.example.edu.cn", "http://10.0.0.1:8000", "xianfeng.example.edu.cn"])
def test_production_refuses_an_address_that_is_not_https(url: str) -> None:
    with pytest.raises(ConfigurationError, match="https://"):
        load({**PRODUCTION, "XIANFENG_BASE_URL": url})
    assert load({**PRODUCTION, "XIANFENG_BASE_URL": "http://127.0.0.1:8000"}).production


@pytest.mark.parametrize("key", ["k" * 64, "0123456789abcdef" * 4, "change me please " * 4, "password" * 8])
def test_production_refuses_a_key_that_was_not_drawn(key: str) -> None:
    with pytest.raises(ConfigurationError, match="XIANFENG_SECRET_KEY"):
        load({**PRODUCTION, "XIANFENG_SECRET_KEY": key})


@pytest.mark.parametrize("key", ["0" * 64, "ab" * 32, "0123456789abcdef" * 4])
def test_production_refuses_a_phone_key_that_was_not_drawn(key: str) -> None:
    with pytest.raises(ConfigurationError, match="XIANFENG_PHONE_KEYS"):
        load({**PRODUCTION, "XIANFENG_PHONE_KEYS": f"new:{NEW},old:{key}"})


def test_a_drawn_key_is_taken(tmp_path: Path) -> None:
    for _ in range(1000):
        drawn = {"XIANFENG_SECRET_KEY": secrets.token_hex(16), "XIANFENG_PHONE_KEYS": f"a:{secrets.token_hex(32)}"}
        assert load({**PRODUCTION, **drawn})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "points.example"])
def test_the_sandbox_listens_to_this_machine_alone_unless_told_what_that_means(host: str, tmp_path: Path) -> None:
    given = {"XIANFENG_DATA": str(tmp_path), "XIANFENG_HOST": host}
    for said in ("", "1", "yes"):
        with pytest.raises(ConfigurationError, match="anybody-signs-in-as-anybody"):
            load({**given, "XIANFENG_SANDBOX_OPEN": said})
    assert load({**given, "XIANFENG_SANDBOX_OPEN": "anybody-signs-in-as-anybody"}).host == host
    assert load({**PRODUCTION, "XIANFENG_HOST": host}).host == host
    for here in ("127.0.0.1", "::1", "localhost"):
        assert load({**given, "XIANFENG_HOST": here}).host == here
