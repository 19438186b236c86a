"""Photos: rows for files that are in the storage, and for those that once were."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime
from server.photos.rules import Variant


class Photo(Base):
    """A photo of one member, either waiting or evidence of one claim or meeting, at `position`.

    `original_sha256` identifies what was uploaded, `stored_sha256` what is kept; `dhash` is 16 hex digits or None.
    `waiting_sha256` is the original's hash while the photo waits: it makes a repeated upload find the first. An erased
    photo keeps its row and hashes, and has no files.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("member_id", "waiting_sha256"),
        UniqueConstraint("claim_id", "original_sha256"),
        Index(None, "organization_id", "claim_id"),
        Index(None, "claim_id", "created_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    meeting_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    position: Mapped[int | None]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    original_sha256: Mapped[str] = mapped_column(String(64))
    waiting_sha256: Mapped[str | None] = mapped_column(String(64))
    stored_sha256: Mapped[str] = mapped_column(String(64))
    dhash: Mapped[str | None] = mapped_column(String(16))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def key(self, variant: Variant) -> str:
        """Return the file's key: by content, but separate for each row, so that erasing one never takes another's."""
        suffix = ".thumb.jpg" if variant is Variant.thumb else ".jpg"
        return f"{self.stored_sha256[:2]}/{self.stored_sha256[2:]}-{self.public_id}{suffix}"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.key(variant) for variant in Variant)
