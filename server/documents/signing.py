"""How official forms end: who signs, and the day."""

from dataclasses import dataclass

from server.documents.blocks import Line, Paragraph, Side, Together

POLICY = "依据党发〔2018〕75号"
ONE_LINE = 26
"""Characters of a signature on one line."""

BLANK_DAY = "　　年　　月　　日"


@dataclass(frozen=True, slots=True)
class PaperSignature:
    """`signed` is the organization in full; `on` the day in words, empty where it is written by hand."""

    signed: str
    on: str = ""


def ending(signature: PaperSignature, *, closing: str) -> Together:
    """Return the last words and the signature, which stand on one page."""
    signed = [Line(words, Side.right, inset=2, gap=0 if place else 2) for place, words in enumerate(_lines(signature))]
    return Together((Paragraph(closing), *signed, Line(signature.on or BLANK_DAY, Side.right, inset=4)))


def _lines(signature: PaperSignature) -> list[str]:
    """One line, or two of about the same length where one does not suffice."""
    words = signature.signed
    if len(words) <= ONE_LINE:
        return [words]
    seat = words.find("委员会") + 3
    middle = seat if 3 < seat < len(words) and max(seat, len(words) - seat) <= ONE_LINE else (len(words) + 1) // 2
    return [words[:middle], words[middle:]]
