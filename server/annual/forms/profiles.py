"""How forms that are not official documents are laid out."""

from pathlib import Path

from server.documents.layout import Layout, profile

DATA = Path(__file__).parent / "data"


def of_registers() -> Layout:
    """Return the layout of 附件一 and 签名册: narrow margins, no numbers of pages."""
    return profile(DATA / "register.json")
