"""The child process that sets documents with Typst (docs/adr/0011). Run by path; imports nothing of ours.

On stdin `{"root", "fonts", "jobs"}`: the folder above all templates, the font families by use in order of preference,
and per file `{"template", "data", "options"}`. On stdout `{"files": [base64]}`, or `{"missing": [use]}` if no font
is found. Data reaches a template as JSON in `sys.inputs`, so that nothing in it can be taken for markup.
"""

import base64
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

Families = Mapping[str, Sequence[str]]


def chosen(wanted: Families, found: Collection[str]) -> dict[str, list[str]]:
    """Return, by use, the wanted families that are there, in order."""
    return {use: [family for family in families if family in found] for use, families in wanted.items()}


def answer(asked: Mapping[str, Any]) -> dict[str, list[str]]:
    fonts = chosen(asked["fonts"], set(typst.Fonts(include_embedded_fonts=False).families()))
    missing = [use for use, families in fonts.items() if not families]
    if missing:
        return {"missing": missing}
    root = Path(asked["root"])
    return {"files": [base64.b64encode(_compiled(root, job, fonts)).decode() for job in asked["jobs"]]}


def _compiled(root: Path, job: Mapping[str, Any], fonts: Families) -> bytes:
    inputs = {"data": json.dumps({**job["data"], "fonts": fonts}, ensure_ascii=False)}
    made = typst.compile(root / job["template"], root=root, sys_inputs=inputs, **job["options"])
    if not isinstance(made, bytes):
        raise TypeError(f"{job['template']} did not come out as one file")
    return made


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
