"""Every setting is in one table: what reads it, what documents it and what requires it cannot part ways."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import environment
from server.config import load
from server.environment import VARIABLES, Environment

ROOT = Path(__file__).parents[2]
DOCUMENTED = ROOT / "docs" / "settings.md"
SOURCES = [path for folder in ("server", "bot", "scripts") for path in (ROOT / folder).rglob("*.py")]
NAME = re.compile(r"""["`]((?:XIANFENG|WECHAT|OFFICIAL|WORK)_[A-Z_]+)["`=]""")
FOR_TESTS = {"XIANFENG_REQUIRE_ALL", "XIANFENG_TEST_DEMO"}
READS_ELSEWHERE = {
    "bot/understanding/__init__.py": "tells pypinyin to leave out the readings of phrases",
    "server/photos/processing.py": "LD_LIBRARY_PATH, for the child that decodes",
    "scripts/bench/serving.py": "hands its own on to a server",
    "scripts/quarter/processes.py": "hands its own on to a scheduler",
    "scripts/day_forks.py": "is told by scripts/faults.py which places to try",
    "scripts/faults.py": "hands its own on to pytest",
}


def named_in(paths: list[Path]) -> set[str]:
    return {name for path in paths for name in NAME.findall(path.read_text(encoding="utf-8"))}


class Recording(dict[str, str]):
    """An environment that remembers what was asked of it."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> str | None:  # type: ignore[override]
        self.asked.add(key)
        return super().get(key)


def test_what_is_documented_is_read_and_what_is_read_is_documented(tmp_path: Path) -> None:
    read = Recording({"XIANFENG_DATA": str(tmp_path)})
    load(read)
    assert read.asked == set(VARIABLES)


def test_the_page_is_what_the_table_says() -> None:
    assert DOCUMENTED.read_text(encoding="utf-8") == environment.page(), (
        "python -m scripts.settings_page > docs/settings.md"
    )


def test_a_name_that_is_not_in_the_table_cannot_be_read() -> None:
    with pytest.raises(KeyError):
        Environment({"XIANFENG_NEW": "1"}).text("XIANFENG_NEW")


def test_nothing_names_a_setting_that_is_not_in_the_table() -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    assert named_in([*SOURCES, *documents]) <= set(VARIABLES) | FOR_TESTS


def test_nothing_reads_the_environment_past_the_table() -> None:
    assert set(_readers()) - {"server/config.py"} == set(READS_ELSEWHERE)


def _readers() -> Iterator[str]:
    for path in SOURCES:
        if re.search(r"\bos\.(environ|getenv)\b|\bfrom os import .*(environ|getenv)", path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", [each.name for each in VARIABLES.values() if each.default])
def test_an_empty_setting_counts_as_not_set(name: str, tmp_path: Path) -> None:
    given = {"XIANFENG_DATA": str(tmp_path)}
    assert load(given | ({name: ""} if name != "XIANFENG_DATA" else {})) == load(given)


def test_settings_marked_secret_are_those_that_are_never_printed(tmp_path: Path) -> None:
    """The value of each is in no printed Settings."""
    secrets = {
        "XIANFENG_DATABASE_URL": "sqlite:////tmp/hidden-place.db",
        "XIANFENG_SECRET_KEY": "hidden-key" * 4,
        "XIANFENG_PHONE_KEYS": "one:" + "ab" * 32,
        "XIANFENG_HEAD_KEYS": "cd" * 32,
        "WECHAT_SECRET": "hidden-wechat",
        "WECHAT_TOKEN": "hiddenminitoken",
        "WECHAT_AES_KEY": "m" * 43,
        "OFFICIAL_SECRET": "hidden-official",
        "OFFICIAL_TOKEN": "hiddentoken",
        "OFFICIAL_AES_KEY": "h" * 43,
        "WORK_SECRET": "hidden-work",
        "WORK_TOKEN": "hiddenworktoken",
        "WORK_AES_KEY": "w" * 43,
        "XIANFENG_METRICS_TOKEN": "hidden-metrics-token",
    }
    assert set(secrets) == {each.name for each in VARIABLES.values() if each.secret}
    others = {"WECHAT_APP_ID": "b", "OFFICIAL_APP_ID": "a", "WORK_CORP_ID": "c", "XIANFENG_DATA": str(tmp_path)}
    printed = repr(load(secrets | others))
    assert [value for value in secrets.values() if value in printed or value[-32:] in printed] == []
