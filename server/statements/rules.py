"""What months and quarters are, when a statement is due, and how positions are counted. Pure."""

from enum import StrEnum


class StatementStatus(StrEnum):
    frozen = "frozen"  # drawn up, seen by the branch's officers only
    confirmed = "confirmed"  # by the secretary, or by itself after three working days: the branch sees it


class BulletinStatus(StrEnum):
    draft = "draft"
    published = "published"
