"""The house rules that a machine can hold: layout, sizes, import order, one clock, locks that match."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
TOP_LEVEL = {
    *("server", "miniprogram", "bot", "scripts", "tests", "docs"),
    *("pyproject.toml", "requirements.lock", "requirements-dev.lock", "requirements-mutants.lock", "Makefile"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
}
NOT_OURS = {"var", "dist", "build", "mutants", "node_modules", "__pycache__"}
FEATURES = {
    *("audit", "identity", "organizations", "standards", "points", "claims", "photos", "meetings", "dues"),
    *(
        "statements",
        "annual",
        "objections",
        "feedback",
        "ratings",
        "notices",
        "pushes",
        "jobs",
        "oversight",
        "todos",
        "export",
        "wechat",
        "console",
        "setup",
        "heads",
        "years",
        "deadlines",
        "publicity",
    ),
}
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "base", "tools"}
MISNAMED = {"model", "view", "schema", "rule", "services", "routes", "api"}
LONGEST_FILE = {"server": 400, "bot": 400, "scripts": 400, "tests": 600}
CLOCK_CALLS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime"},
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".html", ".css", ".js", ".ts", ".vue", ".mako", ".yaml", ""}


def files(*folders: str, suffixes: set[str]) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return [path for path in found if path.suffix in suffixes and path.is_file() and not NOT_OURS & set(path.parts)]


def python_files(*folders: str) -> list[Path]:
    return files(*folders, suffixes={".py"})


def feature_files() -> list[Path]:
    return [path for path in python_files("server") if path.parent != ROOT / "server"]


def calls(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (object's last name, method, line) of every `….object.method(…)` in the file."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            yield name, node.func.attr, node.lineno


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def place(path: Path, line: int = 0) -> str:
    return f"{path.relative_to(ROOT)}:{line}" if line else str(path.relative_to(ROOT))


def test_the_top_level_is_the_one_of_the_design() -> None:
    ours = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert {name for name in ours - NOT_OURS if not name.endswith(".egg-info")} <= TOP_LEVEL
    assert TOP_LEVEL - {"miniprogram"} <= ours


def test_every_server_folder_is_a_feature_of_the_design() -> None:
    folders = {path.name for path in (ROOT / "server").iterdir() if path.is_dir()} - NOT_OURS
    assert folders <= FEATURES | {"cli", "migrations", "readiness", "documents", "spreadsheets"}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [place(path) for path in python_files("server", "bot", "scripts", "tests") if path.stem in SAYS_NOTHING]


def test_features_name_their_files_alike() -> None:
    assert not [place(path) for path in feature_files() if path.stem in MISNAMED]


@pytest.mark.parametrize(("folder", "limit"), LONGEST_FILE.items())
def test_no_file_is_long(folder: str, limit: int) -> None:
    written = [path for path in python_files(folder) if path.parent.name != "versions"]  # migrations are generated
    lines = {place(path): len(text(path).splitlines()) for path in written}
    assert not {name: count for name, count in lines.items() if count >= limit}


def test_nothing_is_left_for_later() -> None:
    texts = files("server", "bot", "scripts", "tests", "docs", "miniprogram", suffixes=TEXT_SUFFIXES)
    texts += [
        path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT_SUFFIXES and path.name != "LICENSE"
    ]
    assert not [place(path) for path in texts if path != HERE and UNFINISHED.search(text(path))]


def test_only_the_clock_reads_the_time() -> None:
    readers = [
        place(path, line)
        for path in python_files("server", "bot", "scripts")
        for owner, method, line in calls(path)
        if method in CLOCK_CALLS.get(owner, ()) and path != ROOT / "server" / "clock.py"
    ]
    assert not readers


def test_the_clock_check_sees_a_stray_reading(tmp_path: Path) -> None:
    stray = tmp_path / "stray.py"
    stray.write_text("import datetime as d, time\nd.datetime.now()\ntime.time()\nclock.now()\n")
    assert [method for owner, method, _ in calls(stray) if method in CLOCK_CALLS.get(owner, ())] == ["now", "time"]


def test_services_leave_the_commit_to_their_callers() -> None:
    layers = {"service", "rules", "models", "targets", "handlers"}
    committing = [
        place(path, line)
        for path in feature_files()
        if path.stem in layers
        for _, method, line in calls(path)
        if method in ("commit", "rollback")
    ]
    assert not committing


def bare_subjects(tree: ast.AST) -> Iterator[int]:
    """Yield the lines where the subject of an audit line is written as a string."""
    for node in ast.walk(tree):
        given: list[ast.expr | None] = []
        match node:
            case ast.Call(func=ast.Attribute(attr="audit_look" | "audit_export"), args=[first, *_]):
                given = [first]
            case ast.keyword(arg="subject_kind" | "audit_subject", value=value):
                given = [value]
            case ast.Assign(targets=[ast.Name(id="audit_subject")], value=value):
                given = [value]
            case ast.Dict(keys=keys, values=values):
                named = zip(keys, values, strict=True)
                given = [value for key, value in named if isinstance(key, ast.Constant) and key.value == "subject_kind"]
            case ast.Compare(left=ast.Attribute(attr="subject_kind"), comparators=comparators):
                given = [*comparators]
        yield from (value.lineno for value in given if isinstance(value, ast.Constant | ast.JoinedStr))


def test_the_subjects_of_audit_lines_come_from_one_list() -> None:
    found = {path: list(bare_subjects(ast.parse(path.read_text("utf-8")))) for path in python_files("server", "bot")}
    assert {path: lines for path, lines in found.items() if lines and "migrations" not in path.parts} == {}


@pytest.mark.parametrize(
    "line",
    [
        'context.audit_look("score", 1)',
        'audit.record(session, subject_kind="score")',
        'audit_subject = "score"',
        'line = {"subject_kind": "score"}',
        'AuditLine.subject_kind == f"{score}"',
    ],
)
def test_the_subjects_check_sees_a_bare_string(line: str) -> None:
    assert list(bare_subjects(ast.parse(line))) == [1]


WRITES = {
    *("add", "add_all", "flush", "delete", "merge", "commit", "rollback", "begin_nested", "with_for_update"),
    *("bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "emit", "insert", "update", "upsert"),
}


def writes(path: Path) -> Iterator[str]:
    """Yield what a file that only reads must not have: calls that write or lock, and imports of services."""
    for node in ast.walk(ast.parse(text(path))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            on_session = isinstance(owner, ast.Name) and owner.id == "session"
            if name in WRITES and (owner is None or on_session or name == "with_for_update"):
                yield f"{place(path, node.lineno)} {name}"
            if any(keyword.arg == "with_for_update" for keyword in node.keywords):
                yield f"{place(path, node.lineno)} with_for_update"
        if isinstance(node, ast.ImportFrom):
            full = [node.module or "", *(f"{node.module}.{each.name}" for each in node.names)]
            if any(name.endswith(".service") for name in full):
                yield f"{place(path, node.lineno)} imports a service"


def test_queries_only_read() -> None:
    found = [path for path in feature_files() if path.stem == "queries"]
    assert len(found) > 20
    assert not [line for path in found for line in writes(path)]


@pytest.mark.parametrize(
    "stray",
    [
        "session.add(row)",
        "session.flush()",
        "session.execute(update(Claim))",
        "emit(session, Filed())",
        "select(Claim).with_for_update()",
        "session.get(Claim, 1, with_for_update=True)",
        "from server.audit import service as audit",
        "from server.points.service import post",
    ],
)
def test_a_stray_write_in_queries_is_seen(stray: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "queries.py").write_text(f"found.add(1)\n{stray}\n")
    assert len(list(writes(tmp_path / "queries.py"))) == 1


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def make_help() -> str:
    return subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "target", ["run", "test", "check", "lint", "format", "bench", "crash", "lock", "migration", "clean", "help"]
)
def test_make_help_lists(target: str, make_help: str) -> None:
    assert re.search(rf"^  make {target} +\S", make_help, re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_a_page_names_only_make_targets_that_exist(page: str, make_help: str) -> None:
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)", text(ROOT / page)))
    assert named <= set(re.findall(r"^  make ([a-z]+)", make_help, re.MULTILINE))


def test_links_between_our_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *files("docs", suffixes={".md"})]
    links = [(page, target) for page in pages for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text(page))]
    assert links
    assert not [f"{place(page)} → {target}" for page, target in links if not (page.parent / target).exists()]


def test_every_adr_has_a_number_of_its_own_and_its_parts() -> None:
    pages = sorted(path for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in pages]
    assert len(set(numbers)) == len(numbers)
    for page in pages:
        parts = set(re.findall(r"^(?:## |\*\*)(\w+)", text(page), re.MULTILINE))
        assert {"Context", "Decision"} <= parts, page.name


@pytest.mark.parametrize(
    ("lock", "also"),
    [("requirements.lock", []), ("requirements-dev.lock", ["dev"]), ("requirements-mutants.lock", ["dev", "mutants"])],
)
def test_the_locks_pin_what_pyproject_asks_for(lock: str, also: list[str]) -> None:
    told = tomllib.loads(text(ROOT / "pyproject.toml"))
    groups = told["project"]["optional-dependencies"] | told["dependency-groups"]
    asked = told["project"]["dependencies"] + [each for name in also for each in groups[name]]
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text(ROOT / lock), re.MULTILINE))
    for requirement in map(Requirement, asked):
        version = pinned.get(requirement.name.lower().replace("_", "-"))
        assert version is not None, f"{requirement.name} is not locked: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}: make lock"


def test_every_locked_package_carries_its_hash() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-mutants.lock"):
        packages = re.split(r"\n(?=[a-z0-9._-]+==)", text(ROOT / lock))[1:]
        assert len(packages) > 40
        assert not [package.split()[0] for package in packages if "--hash=sha256:" not in package]


def wire_shapes(tree: ast.Module) -> set[str]:
    """Return the names of responses that a module imports from schemas."""
    imported = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    found = {each.name for node in imported if (node.module or "").endswith("schemas") for each in node.names}
    return {name for name in found if name.endswith("Out")}


def presenting(tree: ast.Module) -> list[str]:
    """Return the functions, routes excepted, that turn something into what goes over the wire."""
    shapes = wire_shapes(tree)
    plain = [each for each in tree.body if isinstance(each, ast.FunctionDef) and not each.decorator_list]
    made = {each.name: {call.func.id for call in called(each) if isinstance(call.func, ast.Name)} for each in plain}
    return [name for name, calls in made.items() if calls & shapes]


def called(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def is_view(module: str) -> bool:
    return module.rpartition(".")[2].endswith("views")


def test_what_goes_over_the_wire_is_presented_in_present() -> None:
    elsewhere = [path for path in feature_files() if path.stem != "present" and not path.stem.endswith("schemas")]
    assert not [f"{place(path)} {name}" for path in elsewhere for name in presenting(ast.parse(text(path)))]


def test_nothing_is_imported_from_a_view_of_the_api() -> None:
    """Views import `present`, and it never imports them; the pages of the console share theirs."""
    importing = [
        f"{place(path)} ← {node.module}"
        for path in python_files("server", "bot")
        if "console" not in path.parts
        for node in ast.parse(text(path)).body
        if isinstance(node, ast.ImportFrom) and is_view(node.module or "")
    ]
    assert importing == []


def test_the_checks_of_presenting_see_a_stray() -> None:
    stray = "from server.x.schemas import AOut\ndef _a(row):\n    return AOut(id=row.id)\n"
    assert presenting(ast.parse(stray)) == ["_a"]
    assert presenting(ast.parse(f"{stray}\n@route\ndef b():\n    return AOut()\n")) == ["_a"]
    assert is_view("server.photos.views")
    assert is_view("server.organizations.member_views")
    assert not is_view("server.photos.present")


def kinds_read(tree: ast.AST) -> Iterator[int]:
    """Yield the lines that read or set what a member is, category or stage, past `organizations/history`.

    By its shape: on `Member`, on what is called a member, on what `member(…)` or `get_one(Member, …)` returns.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("category", "stage"):
            owner = node.value.func if isinstance(node.value, ast.Call) else node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            of_members = name in ("get", "get_one", "one") and "Member" in ast.unparse(node.value)
            if of_members or name.lower().rstrip("s").endswith("member"):
                yield node.lineno


def test_what_members_are_is_read_in_the_history_alone() -> None:
    here = ROOT / "server" / "organizations" / "history"
    paths = [path for path in python_files("server", "bot") if here not in path.parents]
    assert len(list(kinds_read(ast.parse(text(here / "queries.py"))))) >= 4
    assert not [place(path, line) for path in paths for line in kinds_read(ast.parse(text(path)))]


@pytest.mark.parametrize(
    "stray",
    [
        "Member.stage",
        "member.category",
        "a_member.stage = stage",
        "row.member.category",
        "self._standing.member(member_id).stage",
        "session.get_one(Member, member_id).category",
        "select(models.Member.stage)",
    ],
)
def test_a_stray_reading_of_what_members_are_is_seen(stray: str) -> None:
    assert len(list(kinds_read(ast.parse(stray)))) == 1
    assert not list(kinds_read(ast.parse("query.stage, body.category, line.stage, measure.stage, kinds.category")))


def test_no_class_shares_its_name_with_another() -> None:
    """On the wire shapes of one name would overwrite each other; elsewhere one word would mean two things."""
    places: dict[str, list[str]] = {}
    for path in python_files("server", "bot"):
        if path.parent.name != "versions":
            for node in ast.parse(text(path)).body:
                if isinstance(node, ast.ClassDef):
                    places.setdefault(node.name, []).append(place(path))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
