"""The access token of each WeChat app, shared by all workers."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime


class AccessToken(Base):
    """One row per app."""

    __tablename__ = "wechat_access_tokens"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[str] = mapped_column(String(2048), default="")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetching_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # for the release before: its workers read it
