"""积分证明 of a member who leaves: what they had on a day, for the organization that receives them."""

from dataclasses import dataclass
from datetime import datetime

from server.documents.blocks import Block, Paragraph, Title
from server.documents.paper import PlainPaper
from server.documents.signing import PaperSignature, ending

TITLE = "党员积分证明"


@dataclass(frozen=True, slots=True)
class CertificatePaper:
    """`first` and `on` are days in words; `sections` title and points; `object_within` working days.

    `total` None: the member was not rated, for whatever reason.
    """

    name: str
    stage: str
    branch: str
    year: int
    first: str
    on: str
    sections: tuple[tuple[str, str], ...]
    total: str | None
    standard: str
    object_within: int
    signature: PaperSignature
    dated: datetime


def certificate(shown: CertificatePaper) -> PlainPaper:
    """Return the certificate as an official document."""
    who = f"兹证明{shown.name}同志（{shown.stage}），{shown.first}至{shown.on}组织关系在{shown.branch}。"
    blocks: list[Block] = [
        Title(TITLE),
        Paragraph(who),
        Paragraph(_points(shown)),
        Paragraph("本证明供接收党组织了解情况，该同志转出后的积分由接收党组织按其标准计算，不计入我支部年度积分基数。"),
        Paragraph(f"本人对以上积分有异议的，可在收到本证明之日起{shown.object_within}个工作日内向我支部提出。"),
        ending(shown.signature, closing="特此证明。"),
    ]
    return PlainPaper(f"{TITLE}（{shown.name}）", shown.branch, tuple(blocks), shown.dated)


def _points(shown: CertificatePaper) -> str:
    if shown.total is None:
        return f"{shown.year}年度该同志未参评，没有积分。"
    parts = "，".join(f"{title}{points}分" for title, points in shown.sections)
    inner = f"（其中{parts}）" if parts else ""
    rated = f"该同志{shown.year}年度参加党员积分量化管理，依据{shown.standard}"
    return f"{rated}，截至{shown.on}积分为{shown.total}分{inner}。"
