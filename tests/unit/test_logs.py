"""What a log line carries, and what it never does."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from server.config import Settings, load
from server.logs import LONGEST_TEXT, SCRUBBED, TRACED_AFTER_SECONDS, Repeated, configure_logging

PHONE = "13812345678"


@pytest.fixture
def lines(settings: Settings) -> Iterator[io.StringIO]:
    """Log lines as they would reach stderr; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    before = structlog.get_config()
    stream = io.StringIO()
    configure_logging(settings, stream=stream)
    yield stream
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


def last(stream: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return line


def test_a_line_is_json_with_request_id_level_and_time(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-12345678")
    structlog.get_logger("claims").info("claim_approved", claim_id=7, title="抗疫志愿服务𬭎")
    line = last(lines)
    assert line["event"] == "claim_approved"
    assert (line["request_id"], line["level"], line["claim_id"]) == ("r-12345678", "info", 7)
    assert line["logger"] == "claims"
    assert "抗疫志愿服务𬭎" in lines.getvalue()
    assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC


def test_the_standard_library_logs_the_same_way(lines: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-12345678")
    logging.getLogger("alembic").warning("call %s", PHONE)
    line = last(lines)
    assert (line["event"], line["request_id"], line["logger"]) == ("call 138****5678", "r-12345678", "alembic")


def test_debug_lines_are_left_out(lines: io.StringIO) -> None:
    structlog.get_logger().debug("noise")
    assert lines.getvalue() == ""


@pytest.mark.parametrize(
    "key",
    [
        "Authorization",
        "cookie",
        "access_token",
        "token",
        "wechat_secret",
        "session_key",
        "activation_code",
        "openid",
        "phone",
        "phone_number",
        "js_code",
        "password",
        "Idempotency_Key",
    ],
)
def test_a_field_named_like_a_secret_is_scrubbed_at_any_depth(lines: io.StringIO, key: str) -> None:
    structlog.get_logger().info("call", **{key: "oAbC-very-secret"}, inside={"deep": [{key: "oAbC-very-secret"}]})
    assert "oAbC-very-secret" not in lines.getvalue()
    assert last(lines)[key] == SCRUBBED


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer oAbC-very-secret_value",
        "headers={'Authorization': 'Bearer oAbC-very-secret_value'}",
        "GET /cgi-bin/x?access_token=oAbC-very-secret&lang=zh",
        "GET /sns/jscode2session?appid=wx1&secret=oAbC-very-secret&js_code=oAbC-very-secret",
        "GET /login?code=oAbC-very-secret",
        '{"session_key": "oAbC-very-secret", "openid":"oAbC-very-secret"}',
        "{'session_key': 'oAbC-very-secret=='}",
        "mysql+pymysql://app:oAbC-very-secret@db/xianfeng",
        "photo /p/1?until=5&sig=oAbC-very-secret",
        "token=oAbC-very-secret, retry",
        "(pymysql.err.IntegrityError) (1062, \"Duplicate entry 'oAbC-very-secret' for key 'uq_account_x'\")",
        "[SQL: INSERT INTO account VALUES (%s)]\n[parameters: ('oAbC-very-secret', [1])]\n(Background on this error)",
    ],
)
def test_a_secret_inside_a_text_is_scrubbed(lines: io.StringIO, text: str) -> None:
    structlog.get_logger().info("call", detail=text)
    assert "very-secret" not in lines.getvalue()
    assert "scrubbed" in last(lines)["detail"]


@pytest.mark.parametrize("phone", [PHONE, "+86 138-1234-5678", "8613812345678", "138 1234 5678", f"电话{PHONE}。"])
def test_a_phone_number_is_masked_wherever_it_stands(lines: io.StringIO, phone: str) -> None:
    structlog.get_logger().info("roster row", problem=f"手机号 {phone} 重复", rows=[{"cells": (phone,)}])
    digits = lines.getvalue().replace(" ", "").replace("-", "")
    assert PHONE not in digits
    assert "138****5678" in last(lines)["problem"]


def test_a_phone_number_given_as_a_number_is_masked_and_other_numbers_stay(lines: io.StringIO) -> None:
    structlog.get_logger().info("row", cell=int(PHONE), member_id=13, rows=10_000, big=2**63 - 1, done=True, share=0.5)
    line = last(lines)
    assert line["cell"] == "138****5678"
    assert [line[key] for key in ("member_id", "rows", "big", "done", "share")] == [13, 10_000, 2**63 - 1, True, 0.5]


def test_a_traceback_is_kept_but_scrubbed(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot call {PHONE} with token=oAbC-very-secret")
    except ValueError:
        structlog.get_logger().exception("failed")
    line = last(lines)
    assert "Traceback" in line["exception"]
    assert "ValueError: cannot call 138****5678" in line["exception"]
    assert "very-secret" not in line["exception"]


def fail(number: int) -> None:
    """Raise two kinds of exception, from two lines."""
    if number % 2:
        raise ValueError(f"cannot call {PHONE}")
    raise KeyError(number)


def logged(number: int) -> None:
    try:
        fail(number)
    except (ValueError, KeyError):
        structlog.get_logger().exception("failed")


def test_an_exception_that_comes_again_is_traced_once_and_then_counted(lines: io.StringIO) -> None:
    for _ in range(100):
        logged(1)
    logged(2)
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert ["exception" in line for line in found] == [True, *[False] * 99, True]
    assert (found[99]["times"], found[99]["error"]) == (99, "ValueError: cannot call 138****5678")
    assert len(lines.getvalue()) < 40_000


def test_the_standard_librarys_exceptions_are_counted_too(lines: io.StringIO) -> None:
    for _ in range(2):
        try:
            fail(1)
        except ValueError:
            logging.getLogger("apscheduler").exception("job failed")
    assert "exception" not in last(lines)
    assert last(lines)["times"] == 1


def test_after_a_while_it_is_traced_again_with_how_often_it_came() -> None:
    times = iter([0.0, 1.0, 2.0, TRACED_AFTER_SECONDS])
    repeated = Repeated(time=lambda: next(times))
    error = KeyError("x")
    events = [repeated(None, "error", {"event": "failed", "exc_info": error}) for _ in range(4)]
    assert ["exc_info" in event for event in events] == [True, False, False, True]
    assert [event.get("times") for event in events] == [None, 1, 2, 2]


def test_our_own_secrets_never_appear_however_they_get_there(lines: io.StringIO, settings: Settings) -> None:
    key = settings.secret_key.decode()
    phone_key = next(iter(settings.phone_keys.values())).hex()
    structlog.get_logger().info(f"started with {key}", loaded=f"keys {phone_key}")
    assert key not in lines.getvalue()
    assert phone_key not in lines.getvalue()


def test_objects_and_bytes_cannot_smuggle_anything(lines: io.StringIO) -> None:
    structlog.get_logger().info("odd", error=ValueError(f"phone {PHONE}"), body=PHONE.encode(), seen={PHONE})
    line = last(lines)
    assert PHONE not in lines.getvalue()
    assert line["body"] == "[11 bytes]"


def test_a_line_break_or_lone_surrogate_cannot_forge_or_lose_a_line(lines: io.StringIO) -> None:
    structlog.get_logger().info("given", title='x\n{"event": "forged"}', odd="\ud800")
    assert len(lines.getvalue().splitlines()) == 1
    assert last(lines)["event"] == "given"


def test_plain_words_stay_readable(lines: io.StringIO) -> None:
    said = {
        "problem": "第 3 行：入党日期 2018-05-30 晚于今天",
        "path": "/api/v1/members/12/claims",
        "assigned_to": "王芳",
    }
    structlog.get_logger().info("import", **said)
    assert {key: last(lines)[key] for key in said} == said


def test_a_huge_text_is_cut(lines: io.StringIO) -> None:
    structlog.get_logger().info("given", title="token" * 200_000)
    assert len(lines.getvalue()) < 2 * LONGEST_TEXT


def test_the_wechat_secret_is_scrubbed(tmp_path: Path) -> None:
    secrets = {
        "WECHAT_SECRET": "the-wechat-secret",
        "XIANFENG_SECRET_KEY": "k" * 32,
        "XIANFENG_PHONE_KEYS": "a:" + "0" * 64,
    }
    settings = load({"XIANFENG_DATA": str(tmp_path), "WECHAT_APP_ID": "wx1", **secrets})
    stream, before = io.StringIO(), structlog.get_config()
    configure_logging(settings, stream=stream)
    structlog.get_logger().info("sent the-wechat-secret")
    structlog.configure(**before)
    assert "the-wechat-secret" not in stream.getvalue()
