"""A document that consists of blocks alone, as PDF and as Word; what has a head of its own brings its template."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from server.documents import pdf
from server.documents.blocks import Block
from server.documents.layout import DATA, Layout
from server.documents.typesetting import TypesettingJob, compiled


@dataclass(frozen=True, slots=True)
class PlainPaper:
    """`foot` stands at the foot of each page, `code` on its other side where pages have no number.

    `dated` is the day of what it says: files carry it instead of the time they were made.
    """

    title: str
    author: str
    blocks: tuple[Block, ...]
    dated: datetime
    foot: str = ""
    code: str = ""


def as_pdf(papers: Sequence[PlainPaper], layout: Layout, *, title: str) -> bytes:
    """Return papers one after another in one file, each from page 1. Raises DomainError as `typesetting.compiled`."""
    (made,) = compiled([_job(papers, layout, title)])
    return made


def as_pdfs(papers: Sequence[PlainPaper], layout: Layout) -> list[bytes]:
    """Return each paper as a file of its own. Raises DomainError as `typesetting.compiled`."""
    return compiled([_job([paper], layout, paper.title) for paper in papers])


def _job(papers: Sequence[PlainPaper], layout: Layout, title: str) -> TypesettingJob:
    told = [{"foot": paper.foot, "code": paper.code, "blocks": list(map(asdict, paper.blocks))} for paper in papers]
    data = {"title": title, "author": papers[0].author, "papers": told}
    dated = max(paper.dated for paper in papers)
    return pdf.job(DATA / "paper.typ", data, dated=dated, layout=layout, tagged=len(papers) == 1)


def as_word(paper: PlainPaper, layout: Layout) -> bytes:
    """Return a paper as a .docx. Raises DomainError as `typesetting.compiled`, for charts."""
    from server.documents.word import WordDocument  # python-docx is loaded only when a file is made

    document = WordDocument(layout)
    document.fill_feet(paper.foot, paper.code)
    document.add(paper.blocks)
    return document.saved(title=paper.title, author=paper.author, dated=paper.dated)
