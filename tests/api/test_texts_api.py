"""Every text that a request may carry is of one type: the document says so, and the routes do so."""

from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from server import config
from server.app import create_app
from tests.api.answers import body, refusal
from tests.cast import Cast
from tests.conftest import Call

TEXTS = {"line", "lines"}
OTHERS = {"date", "date-time", "time", "binary"}
CONTROL = {"requestBody": ("a\x08b", "一\x00二", "\ufffe", "a\x9fb", "三\ufdd0"), "query": ("a\x08b", "\uffff")}
NOTHING = ("\u2800", "\u3164\u3164", "\u200b\u200d", "\u115f\u1160 \uffa0", "\u0301", "\ufeff\u202e")


@dataclass(frozen=True)
class Field:
    """A string of a request: `place` is `query` or `requestBody`, `path` leads to it (`items[].code`)."""

    method: str
    url: str
    place: str
    path: str
    schema: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.path}"

    def filled(self, text: str) -> Any:
        """Return a body that holds nothing but this text."""
        found: Any = text
        for name in reversed(self.path.split(".")):
            bare = name.removesuffix("[]")
            found = {bare: [found] if bare != name else found}
        return found

    @property
    def where(self) -> str:
        """Its name where a refusal lists it."""
        return self.path.replace("[]", ".0")


def _fields() -> list[Field]:
    with TemporaryDirectory() as directory:
        app = create_app(config.load({"XIANFENG_DATA": directory}))
        app.extensions["engine"].dispose()
        document = app.api_doc
    schemas = document["components"]["schemas"]

    def strings(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if "$ref" in schema:
            yield from strings(schemas[schema["$ref"].rsplit("/", 1)[1]], path)
            return
        choices = schema.get("anyOf") or schema.get("allOf") or schema.get("oneOf") or []
        if not any(each.get("type") in ("number", "integer") for each in choices):  # else a number, written as text too
            for each in choices:
                yield from strings(each, path)
        if isinstance(schema.get("items"), dict):
            yield from strings(schema["items"], f"{path}[]")
        for name, each in schema.get("properties", {}).items():
            yield from strings(each, f"{path}.{name}" if path else name)
        if schema.get("type") == "string":
            yield path, schema

    found = []
    for url, methods in document["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query":
                    for path, schema in strings(parameter["schema"], parameter["name"]):
                        found.append(Field(method.upper(), url, "query", path, schema))
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for path, schema in strings(content["schema"], ""):
                    found.append(Field(method.upper(), url, "requestBody", path, schema))
    return found


FIELDS = _fields()
REACHED = [
    each
    for each in FIELDS
    if each.schema.get("format") in TEXTS
    and each.url.count("{") == ("{organization_id}" in each.url) + ("{member_id}" in each.url)
]


def test_every_string_of_a_request_is_a_text_or_has_a_form() -> None:
    forms = TEXTS | OTHERS
    loose = [str(each) for each in FIELDS if not (each.schema.keys() & {"enum", "const", "pattern"})]
    loose = [str(each) for each in FIELDS if str(each) in loose and each.schema.get("format") not in forms]
    assert loose == []
    assert sum(each.schema.get("format") in TEXTS for each in FIELDS) > 80


def sent(call: Call, cast: Cast, field: Field, text: str) -> Any:
    """Send a request with nothing in it but the text, as the first who may send such a one."""
    url = field.url.removeprefix("/api/v1")
    url = url.format(organization_id=cast.branch, member_id=cast.zhang_min.member_id)
    filled = {"query_string": {field.path: text}} if field.place == "query" else {"json": field.filled(text)}
    for person in (cast.zhang_min, cast.li_wei, cast.chen_jing, cast.organization_department, cast.stranger):
        for place in (cast.branch, cast.root):
            here = url.replace(f"/organizations/{cast.branch}", f"/organizations/{place}")
            answer = call(person, field.method, here, **filled)
            if answer.status_code not in (403, 404):
                return answer
    pytest.fail(f"nobody may send {field}")


def said_of(answer: Any, field: Field) -> str:
    assert refusal(answer) == (422, "invalid_input")
    problems = answer.json["error"]["detail"]["problems"]
    return next((each["problem"] for each in problems if each["field"] == field.where), "")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("field", REACHED, ids=str)
def test_what_is_no_text_is_refused_in_words(call: Call, cast: Cast, field: Field) -> None:
    for text in CONTROL[field.place]:
        answer = sent(call, cast, field, text)
        assert "含有无法识别的字符" in said_of(answer, field)
        assert "含有无法识别的字符" in answer.json["error"]["message"]
    if field.schema.get("minLength", 0) > 0:
        for text in NOTHING:
            assert said_of(sent(call, cast, field, text), field)


def test_a_text_is_kept_as_it_is_meant(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/claims"
    raw = {
        "title": "\ufeff慰问\n凉\uf979\t老人 \u200b",
        "description": "第一天\r\n第二天\x0b第三天👨\u200d👩\u200d👧❤\ufe0f  ",
    }
    claim = body(call(cast.zhang_min, "POST", path, json=raw))
    assert claim["title"] == "慰问 凉凉 老人"
    assert claim["description"] == "第一天\n第二天\n第三天👨\u200d👩\u200d👧❤\ufe0f"


@pytest.mark.parametrize(
    "title", ["བཀྲ་ཤིས།", "ᠮᠣᠩᠭᠣᠯ\u180b", "می\u200cخواهم", "\U0002ebf0\U00031350", "🏴\U000e0067\U000e007f"]
)
def test_every_script_may_be_written(call: Call, cast: Cast, title: str) -> None:
    claim = body(call(cast.zhang_min, "POST", f"/members/{cast.zhang_min.member_id}/claims", json={"title": title}))
    assert claim["title"] == title
