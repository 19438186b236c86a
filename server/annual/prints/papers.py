"""The papers of a print's piece, and the file that they become. Reads; writes nothing."""

import io
import zipfile
from collections.abc import Sequence

from sqlalchemy.orm import Session

from server.annual.forms import gathering, profiles, register
from server.annual.forms.filing import filing_form
from server.annual.forms.lists import report, signature_book
from server.annual.prints.models import PrintPiece
from server.annual.prints.rules import TITLES, PrintForm, PrintFormat, safe_name
from server.annual.results.models import AnnualEdition
from server.documents.layout import Layout, official
from server.documents.paper import PlainPaper, as_pdf, as_pdfs, as_word

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
Named = tuple[str, PlainPaper]


def of_piece(session: Session, piece: PrintPiece, form: PrintForm) -> list[Named]:
    """Return a piece's papers with their names; members who have none any more are left out."""
    edition = session.get_one(AnnualEdition, piece.edition_id)
    branch = safe_name(gathering.place_of(session, edition).branch)
    if form in (PrintForm.register, PrintForm.register_entries):
        with_entries = form is PrintForm.register_entries
        found = gathering.registers(session, edition, piece.member_ids, with_entries=with_entries)
        return [
            (f"{branch}/{number:03}{safe_name(each.name)}", register.paper(each))
            for number, each in enumerate(found, start=piece.first)
        ]
    return [(f"{branch}_{TITLES[form]}", _of_branch(session, edition, form))]


def _of_branch(session: Session, edition: AnnualEdition, form: PrintForm) -> PlainPaper:
    if form is PrintForm.signatures:
        return signature_book(gathering.listed(session, edition))
    if form is PrintForm.report:
        return report(gathering.report_of(session, edition))
    return filing_form(gathering.filing_of(session, edition))


def layout_of(form: PrintForm) -> Layout:
    return official() if form is PrintForm.report else profiles.of_registers()


def as_file(papers: Sequence[Named], form: PrintForm, format: PrintFormat) -> bytes:
    """Return a piece as a file. Raises DomainError as `typesetting.compiled`."""
    layout = layout_of(form)
    if format is PrintFormat.pdf:
        return as_pdf([paper for _, paper in papers], layout, title=TITLES[form])
    if format is PrintFormat.word:
        return packed([(f"{name}.docx", as_word(paper, layout)) for name, paper in papers])
    contents = as_pdfs([paper for _, paper in papers], layout)
    return packed([(f"{name}.pdf", content) for (name, _), content in zip(papers, contents, strict=True)])


def packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Return an archive; the same files give the same bytes. Names that occur twice are numbered."""
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            free = _free(name, taken)
            taken.add(free)
            archive.writestr(zipfile.ZipInfo(free, _ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _free(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    count, free = 1, name
    while free in taken:
        count += 1
        free = f"{stem}({count}){dot}{ending}"
    return free
