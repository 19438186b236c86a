"""What each occasion looks like, and the order in which channels are tried: `data/occasions.json`."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from server.pushes.rules import Channel, Occasion


class FieldKind(StrEnum):
    """WeChat's kinds of template fields."""

    thing = "thing"
    phrase = "phrase"
    character_string = "character_string"
    number = "number"
    date = "date"
    time = "time"
    name = "name"
    amount = "amount"


class TemplateField(BaseModel):
    """A field of a message: `key` in `Push.content`, `label` before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[a-z_]{1,20}$")
    label: str = Field(min_length=2, max_length=5)
    kind: FieldKind


class OccasionEntry(BaseModel):
    """`template` is our key of a WeChat template, shared by occasions of one shape: a person agrees to each template.

    `channels` are tried in this order; `figures` are the keys hidden from those who hide figures. What is `urgent` goes
    by every channel that takes it, whatever the hour, and nobody can mute it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=2, max_length=20)
    template: str = Field(pattern=r"^[a-z]{1,20}$")
    channels: tuple[Channel, ...] = Field(min_length=1)
    fields: tuple[TemplateField, ...] = Field(min_length=1, max_length=5)
    figures: frozenset[str]
    urgent: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(field.key for field in self.fields)

    @property
    def shape(self) -> tuple[FieldKind, ...]:
        return tuple(field.kind for field in self.fields)


Catalogue = Mapping[Occasion, OccasionEntry]


def read(raw: Any) -> Catalogue:
    """Return a catalogue. Raises ValueError if it is incomplete or contradicts itself."""
    catalogue = TypeAdapter(dict[Occasion, OccasionEntry]).validate_python(raw)
    if missing := set(Occasion) - catalogue.keys():
        raise ValueError(f"not in the catalogue: {', '.join(sorted(missing))}")
    for occasion, entry in catalogue.items():
        _check(occasion, entry)
    _templates(catalogue)
    return catalogue


def _check(occasion: Occasion, entry: OccasionEntry) -> None:
    if len(set(entry.keys)) < len(entry.keys) or len(set(entry.channels)) < len(entry.channels):
        raise ValueError(f"{occasion} names a field or a channel twice")
    if not entry.figures <= set(entry.keys):
        raise ValueError(f"{occasion} hides figures it does not have")


def _templates(catalogue: Catalogue) -> Mapping[str, tuple[FieldKind, ...]]:
    """Return the shape of each template. Raises ValueError if two occasions of one template differ."""
    shapes: dict[str, tuple[FieldKind, ...]] = {}
    for occasion, entry in catalogue.items():
        if shapes.setdefault(entry.template, entry.shape) != entry.shape:
            raise ValueError(f"{occasion} has another shape than its template {entry.template}")
    return shapes


CATALOGUE = read(json.loads((Path(__file__).parent / "data" / "occasions.json").read_text(encoding="utf-8")))
TEMPLATES = _templates(CATALOGUE)
"""The kinds of each template's fields, in order."""
