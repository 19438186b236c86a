"""The privacy notice by version: `data/privacy/<version>.json`. The highest is the one people are asked to agree to.

A version that anyone has agreed to is never edited; a change is a new file, and the app asks everyone again.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel


class NoticeSection(BaseModel):
    title: str
    paragraphs: list[str]


class PrivacyNotice(BaseModel):
    """What people read before they agree."""

    version: int
    in_force_from: date
    title: str
    summary: str
    sections: list[NoticeSection]


def _load(directory: Path) -> dict[int, PrivacyNotice]:
    versions = {}
    for path in directory.glob("*.json"):
        version = int(path.stem)
        versions[version] = PrivacyNotice(version=version, **json.loads(path.read_text(encoding="utf-8")))
    return versions


NOTICES: Mapping[int, PrivacyNotice] = _load(Path(__file__).parent / "data" / "privacy")


def current() -> PrivacyNotice:
    return NOTICES[max(NOTICES)]
