"""With XIANFENG_REQUIRE_ALL=1 a skipped test is a failed one: CI must not be green because something was missing."""

import os
from collections.abc import Generator

import pytest

REQUIRE_ALL = os.environ.get("XIANFENG_REQUIRE_ALL") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped during {call.when}: {call.excinfo and call.excinfo.value}"
    return report
