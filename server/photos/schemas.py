"""What goes over the wire about photos."""

from typing import Annotated, Any

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field, field_validator
from werkzeug.datastructures import FileStorage as UploadedFile

from server.photos.rules import Variant
from server.presentation import Id, TimeOut
from server.text import Opaque


class PhotoPath(BaseModel):
    photo_id: Id


class PhotoFilePath(BaseModel):
    public_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    variant: Variant


class PhotoLinkQuery(BaseModel):
    """What a signed link carries."""

    expires: Annotated[int, Field(ge=0, le=2**63 - 1)]
    signature: Annotated[Opaque, Field(min_length=1, max_length=64)]


class PhotoForm(BaseModel):
    """One photo: JPEG, PNG, WebP or HEIC, recognised by its content."""

    model_config = ConfigDict(extra="forbid")

    photo: Annotated[FileStorage, Field(description="照片文件，每次一张")]

    @field_validator("photo", mode="before")
    @classmethod
    def _is_file(cls, value: Any) -> Any:
        if not isinstance(value, UploadedFile):
            raise ValueError("should be an uploaded file")
        return value

    def content(self) -> bytes:
        """Return the whole file, also when a refused transaction runs the view again."""
        self.photo.stream.seek(0)
        return self.photo.stream.read()


class PhotoOut(BaseModel):
    """`url` and `thumb_url` are relative to the server and open the files for five minutes; None once erased."""

    id: int
    member_id: int
    claim_id: int | None
    width: int
    height: int
    bytes: int
    uploaded_at: TimeOut
    url: str | None
    thumb_url: str | None
