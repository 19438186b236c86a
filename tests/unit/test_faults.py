"""The tool that plants faults: what it calls noticed, unnoticed and gone, on a tree of one module and its test."""

from pathlib import Path

import pytest

from scripts import day_faults, faults

RULE = "def may(age):\n    return age >= 18\n"
TEST = "from server.rules import may\n\n\ndef test_who_is_seventeen_may_not():\n    assert not may(17)\n"


def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, test: str = TEST) -> int:
    """Plant one fault in a tree of its own; return what the tool ends with."""
    for name, words in (("server/rules.py", RULE), ("server/__init__.py", ""), ("tests/test_rules.py", test)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(words)
    listed = tmp_path / "faults.toml"
    listed.write_text(
        f'[[fault]]\nsays = "x"\nfile = "server/rules.py"\nold = "{old}"\nnew = "{new}"\ntests = "tests"\n'
    )
    monkeypatch.setattr(faults, "ROOT", tmp_path)
    monkeypatch.setattr(faults, "LIST", listed)
    monkeypatch.setattr(faults, "COPIED", ("server", "tests"))
    return faults.main(["jobs=1"])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (("18", "17"), (0, "noticed  server/rules.py: x  → tests/test_rules.py::test_who_is_seventeen_may_not")),
        ((">= 18", "> 18"), (1, "UNNOTICED  server/rules.py: x  → by nothing")),
        (("age", "years"), (1, "server/rules.py has it 2 times: age")),
        (("years", "age"), (1, "server/rules.py has it 0 times: years")),
        ((">= 18", "is a"), (0, "noticed")),
    ],
)
def test_a_fault_is_noticed_or_not_or_gone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: tuple[str, str],
    expected: tuple[int, str],
) -> None:
    ends, said = expected
    assert planted(tmp_path, monkeypatch, *fault) == ends
    assert said in capsys.readouterr().out
    assert (tmp_path / "server/rules.py").read_text() == RULE


def test_what_was_noticed_is_tried_again_only_after_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / faults.KEPT
    assert planted(tmp_path, monkeypatch, "18", "17") == 0
    first = kept.read_text()
    assert planted(tmp_path, monkeypatch, "18", "17") == 0
    assert kept.read_text() == first
    assert capsys.readouterr().out.count("→ tests/test_rules.py::test_who_is_seventeen_may_not") == 2
    assert planted(tmp_path, monkeypatch, "18", "17", TEST.replace("seventeen", "too_young")) == 0
    assert kept.read_text().startswith(first)
    assert "→ tests/test_rules.py::test_who_is_too_young_may_not" in capsys.readouterr().out


def test_what_goes_unnoticed_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert planted(tmp_path, monkeypatch, ">= 18", "> 18") == 1
    assert not (tmp_path / faults.KEPT).exists()


def test_a_test_that_fails_without_a_fault_has_not_noticed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = (
        f"import pytest\n\n{TEST}\n\n@pytest.mark.parametrize('age', [18])\ndef test_broken(age):\n    assert may(1)\n"
    )
    assert planted(tmp_path, monkeypatch, ">= 18", "> 18", broken) == 1
    said = capsys.readouterr().out
    assert "FAILS ANYWAY  tests/test_rules.py::test_broken: it fails without a fault, too" in said
    assert "0 of 1 faults noticed" in said


def test_every_listed_fault_says_what_it_is_where_it_is_and_who_should_notice() -> None:
    listed = faults.faults()
    assert len(listed) >= 50
    assert len({fault.says for fault in listed}) == len(listed)
    for fault in listed:
        assert fault.old != fault.new
        assert (faults.ROOT / fault.file).read_text(encoding="utf-8").count(fault.old) == 1, fault.says
        assert all((faults.ROOT / each).exists() for each in fault.tests.split()), fault.says


ASKS = """\
def turn(member, now):
    on = shanghai_date(
        now
    )
    words = f"{member.name}的发言，{shanghai_date(now)}"
    return day_end(shanghai_date(now)), datetime.now(tz=SHANGHAI), words
"""


def test_utc_is_asked_at_one_place_after_the_other() -> None:
    says = [place.says for place in day_faults.places(ASKS)]
    asked = "shanghai_date(now)"
    assert says == ["shanghai_date( now )", asked, f"day_end({asked})", asked, "SHANGHAI"]
    found = list(day_faults.faults_of("x.py", ASKS, "tests"))
    assert [fault.says for fault in found] == [
        "UTC at shanghai_date( now )",
        "UTC at shanghai_date(now)",
        "UTC at day_end(shanghai_date(now))",
        "UTC at shanghai_date(now) (2)",
        "UTC at SHANGHAI",
    ]
    planted = [fault.planted(ASKS) for fault in found]
    utc = "__import__('datetime').UTC"
    assert f"on = (\n        now\n    ).astimezone({utc}).date()\n" in planted[0]
    assert f"的发言，{{(now).astimezone({utc}).date()}}" in planted[1]
    assert f"day_end((now).astimezone({utc}).date())" in planted[3]
    assert "return (day_end(shanghai_date(now)) + __import__('datetime').timedelta(hours=8)), datetime" in planted[2]
    assert f"tz={utc})" in planted[4]
    assert all(compile(each, "x.py", "exec") for each in planted)


def test_every_file_that_asks_for_the_day_has_its_tests() -> None:
    table, same = faults.listed()["utc"], faults.listed()["same"]
    assert sorted(table) == sorted(day_faults.files(faults.ROOT))
    for file, tests in table.items():
        assert all((faults.ROOT / each).exists() for each in tests.split()), file
        text = (faults.ROOT / file).read_text(encoding="utf-8")
        assert set(same.get(file, ())) <= {fault.says for fault in day_faults.faults_of(file, text, tests)}
    assert set(same) <= set(table)


DAY_RULES = """\
from datetime import UTC, datetime
from server.days import SHANGHAI, shanghai_date

AT_IMPORT = SHANGHAI


def day(now):
    return f"{shanghai_date(now)}"


def year(now):
    return shanghai_date(now).year


def zone():
    return AT_IMPORT


def nobody_asks(now):
    return shanghai_date(now)
"""
DAY_TESTS = """\
from datetime import UTC, datetime

import pytest

from server.rules import day, year, zone

NIGHT = datetime(2026, 6, 17, 16, 30, tzinfo=UTC)
seen = []


@pytest.fixture(scope="module")
def once():
    seen.append(1)


@pytest.mark.parametrize("at", [NIGHT])
def test_day(once, at):
    assert day(at) == "2026-06-18"
    assert seen == [1]


def test_year():
    assert year(NIGHT) == 2026


def test_zone():
    assert zone().key == "Asia/Shanghai"


def test_that_always_fails():
    assert year(NIGHT) == 2025
"""


def test_day_faults_are_tried_in_forks_of_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The forks leave over what nobody asks, what comes to the same, and what was asked at import; that is planted."""
    tree = {
        "server/__init__.py": "",
        "server/days.py": (faults.ROOT / "server/days.py").read_text(encoding="utf-8"),
        "server/rules.py": DAY_RULES,
        "tests/test_rules.py": DAY_TESTS,
        "faults.toml": '[utc]\n"server/rules.py" = "tests/test_rules.py"\n',
    }
    tree |= {
        f"scripts/{name}.py": (faults.ROOT / f"scripts/{name}.py").read_text(encoding="utf-8")
        for name in ("__init__", "day_faults", "day_forks")
    }
    for name, words in tree.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(words, encoding="utf-8")
    for name, value in (("ROOT", tmp_path), ("LIST", tmp_path / "faults.toml"), ("FEW", 0)):
        monkeypatch.setattr(faults, name, value)
    monkeypatch.setattr(faults, "COPIED", ("server", "tests", "scripts"))
    planted: list[str] = []
    by_itself = faults._noticed_by

    def planting(fault: faults.Fault | day_faults.DayFault, copy: Path) -> str | None:
        planted.append(fault.says)
        return by_itself(fault, copy)

    monkeypatch.setattr(faults, "_noticed_by", planting)
    assert faults.main(["jobs=1"]) == 1
    said = capsys.readouterr().out
    assert planted == ["UTC at SHANGHAI", "UTC at shanghai_date(now) (2)", "UTC at shanghai_date(now) (3)"]
    assert "noticed  server/rules.py: UTC at shanghai_date(now)  → tests/test_rules.py::test_day[at0]\n" in said
    assert "noticed  server/rules.py: UTC at SHANGHAI  → tests/test_rules.py::test_zone\n" in said
    assert "FAILS ANYWAY  tests/test_rules.py::test_that_always_fails" in said
    assert "2 of 4 faults noticed" in said


@pytest.mark.parametrize(
    ("only", "meant"),
    [
        ("", True),
        ("years/", True),
        ("UTC", True),
        ("years/service.py#1", True),
        ("years/service.py#0", False),
        ("claims,years", True),
        ("claims", False),
    ],
)
def test_a_fault_is_picked_by_its_file_its_words_or_its_place(only: str, meant: bool) -> None:
    fault = day_faults.DayFault("UTC at shanghai_date(now) (2)", "server/years/service.py", "tests", 1)
    assert faults.is_meant(fault, only) is meant
