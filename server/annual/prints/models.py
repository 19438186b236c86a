"""打印: forms of a year made in bulk, piece by piece, and the files that come of it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.annual.prints.rules import PrintForm, PrintFormat, PrintStatus
from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column


class Print(Base):
    """What somebody asked to be printed of an organization's year. `papers` in all, `made` so far.

    `problem` is what to tell them when it failed. Rows and files are deleted after `rules.KEPT`.
    """

    __tablename__ = "prints"
    audit_subject = AuditSubject.print
    __table_args__ = (Index(None, "organization_id", "year"), Index(None, "status"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    form: Mapped[PrintForm] = mapped_column(enum_column())
    format: Mapped[PrintFormat] = mapped_column(enum_column())
    status: Mapped[PrintStatus] = mapped_column(enum_column())
    papers: Mapped[int]
    made: Mapped[int]
    attempts: Mapped[int]
    problem: Mapped[str | None] = mapped_column(String(200))
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StoredFile:
    """A file in the storage, under `key`."""

    public_id: Mapped[str | None]
    sha256: Mapped[str | None]

    @property
    def key(self) -> str:
        assert self.sha256 is not None
        return f"{self.sha256[:2]}/{self.sha256[2:]}-{self.public_id}"


class PrintPiece(StoredFile, Base):
    """A part of the work: papers of one edition of a branch's results. `first` counts the branch's papers from 1.

    `member_ids` are those of a form that members have; empty for one that the branch has. Once it is made, the file
    waits in the storage until the print is put together.
    """

    __tablename__ = "print_pieces"

    print_id: Mapped[int] = mapped_column(ForeignKey("prints.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"))
    member_ids: Mapped[list[int]] = mapped_column(JSON)
    first: Mapped[int]
    papers: Mapped[int]
    public_id: Mapped[str | None] = mapped_column(String(32))
    sha256: Mapped[str | None] = mapped_column(String(64))
    bytes: Mapped[int | None]


class PrintFile(StoredFile, Base):
    """A file to download."""

    __tablename__ = "print_files"
    __table_args__ = (UniqueConstraint("print_id", "number"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    print_id: Mapped[int] = mapped_column(ForeignKey("prints.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(240))
    media_type: Mapped[str] = mapped_column(String(100))
    public_id: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
