"""Every route × every role × every relation, held against a table kept apart from the rules.

Only what a path stands for is played: who asks, the guard, the routes and the answers are the real ones. A request that
gets past the guard is stopped before its view, with 418.
"""

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from werkzeug.test import create_environ, run_wsgi_app

from server import config
from server.app import create_app
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.identity import guard, limits, service
from server.identity.access import Access, TargetParameter
from server.identity.guard import Api
from server.identity.rules import Actor, HeldRole, Permission, Role, Target
from tests.api.audit_table import LINES, SILENT, UNSEEN
from tests.api.permission_table import COLUMNS, PUBLIC, ROUTES, SIGNED_IN, may

ROOT, GENERAL_BRANCH, BRANCH, GROUP, SIBLING, FOREIGN_ROOT, FOREIGN_BRANCH = range(1, 8)
ZHANG_MIN = 7
HER_THING = Target((ROOT, GENERAL_BRANCH, BRANCH), ZHANG_MIN)
THE_BRANCHS = Target((ROOT, GENERAL_BRANCH, BRANCH))
HELD_AT = {
    "own": BRANCH,
    "parent": GENERAL_BRANCH,
    "root": ROOT,
    "below": GROUP,
    "sibling": SIBLING,
    "stranger": FOREIGN_BRANCH,
}
REACHES = ("own", "parent", "root")
MEMBERS = {
    "himself": Actor(1, 1, ROOT, ZHANG_MIN, (ROOT, GENERAL_BRANCH, BRANCH)),
    "colleague": Actor(2, 2, ROOT, 8, (ROOT, GENERAL_BRANCH, BRANCH)),
    "sibling": Actor(3, 3, ROOT, 9, (ROOT, GENERAL_BRANCH, SIBLING)),
    "stranger": Actor(4, 4, FOREIGN_ROOT, 10, (FOREIGN_ROOT, FOREIGN_BRANCH)),
}
UNBOUND = Actor(5)
PEOPLE = (
    {f"member {relation}": actor for relation, actor in MEMBERS.items()}
    | {"unbound": UNBOUND}
    | {
        f"{role} {relation}": Actor(99, 99, ROOT, None, (), (HeldRole(role, place),))
        for role in Role
        for relation, place in HELD_AT.items()
    }
)
LET_IN = HTTPStatus.IM_A_TEAPOT
MAY = may()
Guards = dict[str, Access]


@pytest.fixture(scope="module")
def walked_app(tmp_path_factory: pytest.TempPathFactory) -> OpenAPI:
    """The sandbox's app: it has every route there is. No request here comes as far as the database."""
    settings = config.load({"XIANFENG_DATA": str(tmp_path_factory.mktemp("walk"))})
    return create_app(settings, create_engine("sqlite://"))


@pytest.fixture
def walker(walked_app: OpenAPI, monkeypatch: pytest.MonkeyPatch) -> OpenAPI:
    def authenticate(_engine: Engine, token: str, **_options: Any) -> Actor:
        return PEOPLE[token]

    def stop(*_shapes: Any, **_options: Any) -> dict[str, Any]:
        raise DomainError(CoreErrorCode.http_error, "", status=LET_IN)

    monkeypatch.setattr(service, "authenticate", authenticate)
    monkeypatch.setattr(guard, "inputs_of", stop)
    monkeypatch.setattr(limits, "_refuse_if_spent", lambda *_: None)
    monkeypatch.setattr(limits, "_count", lambda *_: [])
    return walked_app


def _guards(app: OpenAPI) -> Guards:
    apis = (blueprint for blueprint in app.blueprints.values() if isinstance(blueprint, Api))
    return {endpoint: access for api in apis for endpoint, access in api.guards.items()}


def _registered(app: OpenAPI) -> Iterator[tuple[str, str]]:
    """Yield ("GET /me", endpoint) for each route of the API but the document itself."""
    for rule in app.url_map.iter_rules():
        path = rule.rule.removeprefix("/api/v1")
        if path not in (rule.rule, "/openapi.json"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield f"{method} {path}", rule.endpoint


def test_every_route_of_the_api_is_guarded_and_in_the_table(walked_app: OpenAPI) -> None:
    guards = _guards(walked_app)
    found = {}
    for route, endpoint in _registered(walked_app):
        assert endpoint in guards, f"{route} is not guarded"
        permission = guards[endpoint].permission
        found[route] = permission.value if permission else PUBLIC
    assert found == ROUTES, "add the route to tests/api/permission_table.py, with the permission it ought to have"


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.startswith("GET")])
def test_every_changing_route_leaves_a_named_audit_line_or_none_for_a_reason(route: str) -> None:
    """What is named is held against every change that a test makes through the API: tests/audited.py."""
    assert bool(LINES.get(route)) != bool(SILENT.get(route)), "name its line, or the reason why it leaves none"


def test_the_table_of_audit_lines_names_no_route_that_is_gone() -> None:
    assert LINES.keys() | SILENT.keys() <= ROUTES.keys()
    assert LINES.keys() >= UNSEEN


def test_the_table_speaks_of_every_permission_and_every_role() -> None:
    assert set(MAY) == set(Permission) - {SIGNED_IN}
    assert set(COLUMNS) == {"himself", "everyone", *Role}


def test_a_route_cannot_be_added_without_a_target() -> None:
    api = Api("careless", __name__, tag="x")
    with pytest.raises(ValueError, match="needs a target"):
        api.guarded("GET", "/careless", permission=Permission.member_read, responses={200: None})


@pytest.mark.parametrize("route", ROUTES)
def test_only_who_has_signed_in_passes(walker: OpenAPI, route: str) -> None:
    expected: int = LET_IN if ROUTES[route] == PUBLIC else HTTPStatus.UNAUTHORIZED
    assert _knock(walker, route, [None]) == {None: expected}


@pytest.mark.parametrize("thing", [HER_THING, THE_BRANCHS], ids=["a member's", "the branch's"])
@pytest.mark.parametrize("route", ROUTES)
def test_each_role_reaches_what_the_table_says(
    walker: OpenAPI, monkeypatch: pytest.MonkeyPatch, route: str, thing: Target
) -> None:
    def resolve(_parameter: TargetParameter, _session: Session, _key: int) -> Target:
        return thing

    monkeypatch.setattr(TargetParameter, "resolve", resolve)
    expected: dict[str | None, int] = {person: _expected(ROUTES[route], person, thing) for person in PEOPLE}
    assert _knock(walker, route, PEOPLE) == expected


@pytest.mark.parametrize("route", [route for route, permission in ROUTES.items() if permission in MAY])
def test_what_is_not_there_answers_as_what_is_out_of_reach(
    walker: OpenAPI, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    monkeypatch.setattr(TargetParameter, "resolve", lambda *_arguments: None)
    allowed = MAY[ROUTES[route]]
    expected: dict[str | None, int] = {}
    for person in PEOPLE:
        might = person.split()[0] in allowed or (
            person.startswith("member") and bool(allowed & {"himself", "everyone"})
        )
        expected[person] = HTTPStatus.NOT_FOUND if might else HTTPStatus.FORBIDDEN
    assert _knock(walker, route, PEOPLE) == expected


def _knock(app: OpenAPI, route: str, tokens: Iterable[str | None]) -> dict[str | None, int]:
    """Return the status that each token is answered with. There are tens of thousands: no client goes between."""
    method, path = route.split()
    environ = create_environ("/api/v1" + re.sub(r"<(int|string):\w+>", "1", path), method=method)
    bearer = {token: {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {} for token in tokens}
    return {token: _status(app, environ | header) for token, header in bearer.items()}


def _status(app: OpenAPI, environ: dict[str, Any]) -> int:
    _answer, status, _headers = run_wsgi_app(app, environ, buffered=True)
    return int(status.split()[0])


def _expected(permission: str, person: str, thing: Target) -> HTTPStatus:
    """Let in; 404 for who may do such a thing elsewhere; 403 for who may do it nowhere."""
    if permission in (PUBLIC, SIGNED_IN):
        return LET_IN
    allowed = MAY[permission]
    who, _, relation = person.partition(" ")
    if who in set(Role):
        if who not in allowed:
            return HTTPStatus.FORBIDDEN
        return LET_IN if relation in REACHES else HTTPStatus.NOT_FOUND
    if who == "unbound" or not allowed & {"himself", "everyone"}:
        return HTTPStatus.FORBIDDEN
    himself = "himself" in allowed and relation == "himself" and thing is HER_THING
    everyone = "everyone" in allowed and relation in ("himself", "colleague")
    return LET_IN if himself or everyone else HTTPStatus.NOT_FOUND
