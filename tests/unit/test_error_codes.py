"""Error codes are named once: in one enum, and from there in the app and in the server's pages."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts import error_codes

ROOT = error_codes.ROOT
REFUSING = {"DomainError", "WechatError", "ClaimRefusal", "PlanProblem", "conflict", "unavailable"}
ISOLATED = ROOT / "server/photos/decode.py"
"""Runs by path in a child that imports nothing of ours."""

ALSO_STATES = {"busy", "closed", "made_up", "on_leave"}
"""Codes whose words the app and the pages know as states, too."""


WORDS = ROOT / "miniprogram/src/pages/check-in/words.ts"
"""The catalogue of check-in's answers, a copy: its keys are cases, some of which are codes."""


def sources() -> Iterator[Path]:
    for folder in ("server", "bot"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if path != ISOLATED)


def screens() -> Iterator[Path]:
    """Yield what the app and the pages are made of, without their tests."""
    app = (path for path in (ROOT / "miniprogram/src").rglob("*") if path.suffix in (".ts", ".vue"))
    yield from (path for path in app if ".test." not in path.name and path.name != "schema.ts")
    yield from error_codes.PAGES.parent.glob("*.js")


def bare_codes(text: str) -> list[str]:
    """Return the codes that Python text raises or compares as strings."""
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _last_name(node.func) in REFUSING and node.args:
            found += _strings(node.args[0])
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Attribute) and side.attr == "code" for side in sides):
                found += [each for side in sides for each in _strings(side) if each in every_code()]
    return found


@cache
def every_code() -> frozenset[str]:
    return frozenset(error_codes.every_code())


def _last_name(node: ast.expr) -> str:
    """Return `b` of `a.b`, and `a` of `a`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _strings(node: ast.expr) -> list[str]:
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def test_a_code_is_in_one_enum_only() -> None:
    found = Counter(code.value for enum in error_codes.enums() for code in enum)
    assert not [code for code, times in found.items() if times > 1]
    assert len(found) > 200


def test_every_enum_of_codes_is_known() -> None:
    named = {
        name for path in sources() for name in re.findall(r"^class (\w+)\(ErrorCode\)", path.read_text(), re.MULTILINE)
    }
    assert named == {enum.__name__ for enum in error_codes.enums()}


def test_every_code_is_used() -> None:
    named = re.compile(r"\b(\w+)(?=\.(\w+))")
    used = {pair for path in sources() for pair in named.findall(path.read_text(encoding="utf-8"))}
    assert not {(enum.__name__, code.name) for enum in error_codes.enums() for code in enum} - used


def test_no_code_is_written_out_where_it_is_raised_or_compared() -> None:
    assert not [(str(path.relative_to(ROOT)), bare) for path in sources() if (bare := bare_codes(path.read_text()))]


@pytest.mark.parametrize(
    "text",
    [
        'raise DomainError("never_heard_of", "…")',
        'raise errors.conflict("busy" if full else CoreErrorCode.conflict, "…")',
        'if refusal.code != "no_standard": raise',
        'if error.code in ("busy", "conflict"): pass',
    ],
)
def test_the_check_sees_a_bare_code(text: str) -> None:
    assert bare_codes(text)


@pytest.mark.parametrize("path", [error_codes.APP, error_codes.PAGES], ids=lambda path: path.name)
def test_the_generated_files_say_what_the_enums_say(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == error_codes.files()[path], "make types"


def test_a_page_imports_only_codes_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.js").write_text('import {\n  busy,\n  bussy,\n} from "./error_codes.js";\n')
    monkeypatch.setattr(error_codes, "PAGES", tmp_path / "error_codes.js")
    with pytest.raises(ValueError, match="has bussy"):
        error_codes.files()


def test_the_app_and_the_pages_write_no_code_out() -> None:
    codes = "|".join(error_codes.every_code())
    literal = re.compile(rf"""(?P<quote>['"`])({codes})(?P=quote)|^\s*({codes}): ?[(a-z'"]""", re.MULTILINE)
    generated = {error_codes.APP, error_codes.PAGES, WORDS}
    texts = {path: path.read_text(encoding="utf-8") for path in screens() if path not in generated}
    found = {(path.name, found[2] or found[3]) for path, text in texts.items() for found in literal.finditer(text)}
    assert not {(name, code) for name, code in found if code not in ALSO_STATES}
    assert {code for _, code in found} == ALSO_STATES, "a word that is no state any more is to be checked"
    assert not [path.name for path, text in texts.items() if re.search(r"\bcode\b *[!=]==? *['\"]", text)]
