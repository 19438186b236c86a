"""Letters of an objection on the wire."""

from pydantic import BaseModel

from server.documents.formats import FileFormat
from server.identity.guard import Body
from server.objections.rules import Letter
from server.objections.schemas import ObjectionPath, Reason


class LetterPath(ObjectionPath):
    letter: Letter


class LetterQuery(BaseModel):
    format: FileFormat = FileFormat.pdf


class ReceiptIn(Body):
    """`words`, from an officer who handed it over: when and where, and whether the member signed."""

    words: Reason | None = None
