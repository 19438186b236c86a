"""A bulletin as a file: Word and PDF from one paper."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.documents import pdf
from server.documents.blocks import legible
from server.statements.bulletins import present, queries
from server.statements.bulletins.composing import compose
from server.statements.bulletins.form import DATA
from server.statements.bulletins.paper import Paper
from server.statements.bulletins.rules import snapshot_name
from server.statements.bulletins.wording import full_day
from server.statements.models import Bulletin


def of_bulletin(session: Session, bulletin: Bulletin, *, organization_id: int | None = None) -> Paper:
    """Return a bulletin's paper, with one branch's part of the annex or with all of it."""
    content = queries.content_of(bulletin)
    branches = [each for each in content.branches if organization_id in (None, each.organization_id)]
    published = bulletin.published_at
    paper = compose(
        content,
        names=present.names_of(session, branches),
        number=bulletin.document_number,
        remarks=bulletin.remarks,
        snapshot=snapshot_name(bulletin.quarter, bulletin.hash),
        issued_on=full_day(shanghai_date(published)) if published else None,
        dated=published or bulletin.frozen_at,
        only=organization_id,
    )
    return legible(paper)


def as_pdf(paper: Paper) -> bytes:
    data = asdict(paper)
    del data["dated"]
    return pdf.render(DATA / "bulletin.typ", data, dated=paper.dated)


def as_word(paper: Paper) -> bytes:
    from server.statements.bulletins.word import render  # python-docx is loaded only when a file is made

    return render(paper)
