"""A code as a QR: what a browser draws without knowing how it came about. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import segno

from server.meetings.check_in.codes import STEP_SECONDS, code_of, digits_of, payload_url, step_start

STEP = timedelta(seconds=STEP_SECONDS)


@dataclass(frozen=True, slots=True)
class CodePicture:
    """The code of one step. `path` draws the dark modules as strokes of width 1 on a square of `size` modules.

    The page shows it from `shown_from` until `shown_until`; it counts for one step longer.
    """

    step: int
    shown_from: datetime
    shown_until: datetime
    digits: str
    size: int
    path: str


def picture(key: bytes, step: int, *, base_url: str, public_id: str) -> CodePicture:
    """Draw the code of a step."""
    qr = segno.make(payload_url(base_url, public_id, code_of(key, step)), error="m", micro=False)
    begin = step_start(step)
    size = len(qr.matrix)
    return CodePicture(step, begin, begin + STEP, digits_of(key, step), size, _path(qr))


def _path(qr: segno.QRCode) -> str:
    """Return one stroke per run of dark modules, row by row."""
    strokes = []
    for y, row in enumerate(qr.matrix):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            strokes.append(f"M{start} {y}.5h{x - start}")
    return "".join(strokes)
