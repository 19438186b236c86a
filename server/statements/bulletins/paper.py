"""A bulletin as a paper: what it contains and in what order, for both Word and PDF."""

from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, PaperTable


@dataclass(frozen=True, slots=True)
class Paper:
    """`dated` is when it was published, or drawn up: files carry it instead of the time they were made."""

    notice: str
    issuer: tuple[str, ...]
    number: str
    title: str
    addressees: str
    body: tuple[Block, ...]
    closing: str
    annex_line: str
    signed: str
    signed_on: str
    printed: tuple[str, str]
    annex_title: str
    annex: tuple[PaperTable, ...]
    foot: str
    dated: datetime
