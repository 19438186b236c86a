"""Notices on the wire."""

from typing import Annotated, Any

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field, field_validator
from werkzeug.datastructures import FileStorage as UploadedFile

from server.identity.guard import Body
from server.notices.rules import NoticeAudience, NoticeStatus
from server.presentation import Id, PageQuery, TimeOut
from server.text import Line, Lines, Opaque, line, readable

Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="所见草稿的版本，见通知详情")]


class NoticePath(BaseModel):
    notice_id: Id


class NoticeFilePath(BaseModel):
    notice_id: Id
    file_id: Id


class NoticeReaderPath(BaseModel):
    notice_id: Id
    member_id: Id


class MemberNoticePath(BaseModel):
    member_id: Id
    notice_id: Id


class NoticeIn(Body):
    """What a notice says. `officers`: only those who hold an office at or below the organization."""

    title: Annotated[Line, Field(min_length=2, max_length=100)]
    body: Annotated[Lines, Field(min_length=1, max_length=10_000)]
    audience: NoticeAudience = NoticeAudience.everyone


class NoticeChangeIn(NoticeIn):
    version: Version


class WithdrawNoticeIn(Body):
    reason: Annotated[Lines, Field(min_length=2, max_length=200)]


class NoticesQuery(PageQuery):
    status: NoticeStatus | None = None


class InboxQuery(PageQuery):
    unread_only: bool = False


class ReadersQuery(PageQuery):
    has_read: bool | None = None


class NoticeForm(BaseModel):
    """One file: PDF, Word, Excel, PPT, JPEG or PNG; its name's ending must agree with its content.

    `filename` is the file's name if the sender's own name for it is lost: WeChat uploads temporary names.
    """

    model_config = ConfigDict(extra="forbid")

    file: Annotated[FileStorage, Field(description="附件，每次一个")]
    filename: Annotated[Line, Field(max_length=255, description="文件名；不填则取上传时的")] = ""

    @field_validator("file", mode="before")
    @classmethod
    def _is_file(cls, value: Any) -> Any:
        if not isinstance(value, UploadedFile):
            raise ValueError("should be an uploaded file")
        return value

    def content(self) -> bytes:
        """Return the whole file, also when a refused transaction runs the view again."""
        self.file.stream.seek(0)
        return self.file.stream.read()

    def name(self) -> str:
        """Return the file's name without a path or forbidden characters, its ending kept."""
        raw = (self.filename or self.file.filename or "").replace("\\", "/").rpartition("/")[2]
        clean = line(readable(raw))
        stem, dot, ending = clean.rpartition(".")
        return f"{stem[:100]}{dot}{ending[:10]}"


class NoticeFileLinkPath(BaseModel):
    public_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class NoticeFileLinkQuery(BaseModel):
    """What a signed link carries."""

    expires: Annotated[int, Field(ge=0, le=2**63 - 1)]
    signature: Annotated[Opaque, Field(min_length=1, max_length=64)]


class NoticeFileOut(BaseModel):
    """`url` is relative to the server and opens the file for five minutes."""

    id: int
    name: str
    media_type: str
    bytes: int
    url: str


class NoticeOut(BaseModel):
    id: int
    organization_id: int
    organization_title: str
    title: str
    body: str
    audience: NoticeAudience
    status: NoticeStatus
    version: int
    written_by: str | None
    published_at: TimeOut | None
    withdrawn_reason: str | None
    reminded_at: TimeOut | None
    files: list[NoticeFileOut]


class MyNoticeOut(BaseModel):
    """A notice as its reader sees it; `told`: an officer told them of it."""

    notice: NoticeOut
    read_at: TimeOut | None
    told: bool


class NoticePlaceOut(BaseModel):
    organization_id: int
    organization_title: str
    people: int
    read: int


class ReadingOut(BaseModel):
    """How many have read a notice: in all and by branch."""

    people: int
    read: int
    places: list[NoticePlaceOut]


class NoticeReaderOut(BaseModel):
    member_id: int
    name: str
    organization_title: str
    read_at: TimeOut | None
    told: bool


class RemindedOut(BaseModel):
    """How many have not read it and will be reminded."""

    waiting: int
