"""The paper that goes to the 纪委 by hand: everything that was reported, as a PDF under a password shown once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import Image
from pypdf import PdfReader, PdfWriter
from sqlalchemy.orm import Session

from server.documents import paper
from server.documents.blocks import Block, Heading, Paragraph, Title
from server.documents.layout import official
from server.documents.paper import PlainPaper
from server.feedback.models import Feedback
from server.feedback.queries import photos_of
from server.feedback.rules import KIND_TITLES, FeedbackKind, grouped
from server.feedback.service import Identity
from server.organizations.models import Organization
from server.organizations.rules import CODE_ALPHABET
from server.presentation import spoken_time

PASSWORD_LENGTH = 16
RESOLUTION = 150.0
"""Pixels an inch of a photo on its page."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The encrypted file and the password that opens it."""

    name: str
    file: bytes
    password: str


def printed(session: Session, row: Feedback, identity: Identity, *, now: datetime) -> Handover:
    """Return the paper of a feedback under a new password. Raises DomainError as `paper.as_pdfs`."""
    place = session.get_one(Organization, row.about_id).title
    (plain,) = paper.as_pdfs([_paper(row, identity, place, now)], official())
    password = "".join(secrets.choice(CODE_ALPHABET) for _ in range(PASSWORD_LENGTH))
    return Handover(
        f"反映情况第{row.id}号（移交）.pdf", _encrypted(plain, photos_of(session, row.id), password), password
    )


def shown(password: str) -> str:
    """Return a password as people read it: in groups. The file takes it without the spaces."""
    return grouped(password)


def _paper(row: Feedback, identity: Identity, place: str, now: datetime) -> PlainPaper:
    title = f"反映情况第 {row.id} 号"
    assert row.kind is not None
    assert row.words is not None
    concerned = row.about_name or "未写明"
    office = "（反映人指为该组织负责人）" if row.about_officer else ""
    blocks: list[Block] = [
        Title(title),
        Paragraph(f"收到时间：{spoken_time(row.received_at)}"),
        Paragraph(f"所反映的党组织：{place}"),
        Paragraph(f"反映类别：{KIND_TITLES[FeedbackKind(row.kind)]}"),
        Paragraph(f"反映对象：{concerned}{office}"),
        Heading("反映内容"),
        *(Paragraph(line) for line in row.words.splitlines() if line),
        Heading("反映人"),
        Paragraph(f"姓名：{identity.name or '匿名'}"),
        Paragraph(f"联系方式：{identity.contact or '未留'}"),
    ]
    return PlainPaper(title, place, tuple(blocks), now, "移交学校纪委，当面送达，不得转发")


def _encrypted(plain: bytes, photos: Sequence[bytes], password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(plain)))
    for photo in photos:
        page = BytesIO()
        Image.open(BytesIO(photo)).convert("RGB").save(page, "PDF", resolution=RESOLUTION)
        writer.append(PdfReader(page))
    writer.encrypt(password, algorithm="AES-256")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()
