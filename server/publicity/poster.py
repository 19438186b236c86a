"""A publicity on A3, to be hung up, with a QR of the form by which anyone may report (`console/feedback_page`)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import segno
from sqlalchemy.orm import Session

from server.documents import pdf
from server.documents.blocks import legible
from server.organizations.models import Organization
from server.organizations.queries import ancestor_ids
from server.publicity import queries
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent
from server.publicity.rules import SCOPE_TITLES, PublicityScope, code_of
from server.publicity.telephones import Telephone, telephones_of

TEMPLATE = Path(__file__).parent / "data" / "poster.typ"
SPACED = 2
"""Characters of a name that is written with a space between: it is as wide as one of three."""


@dataclass(frozen=True, slots=True)
class PosterEntry:
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PosterGroup:
    heading: str
    mark: str
    entries: tuple[PosterEntry, ...]


@dataclass(frozen=True, slots=True)
class Poster:
    """`lead` stands above the names, `lines` below; `objecting` says until when and whom to call."""

    organization: str
    title: str
    lead: tuple[str, ...]
    groups: tuple[PosterGroup, ...]
    listed: int
    lines: tuple[str, ...]
    objecting: tuple[str, ...]
    signed: tuple[str, ...]
    foot: str
    code: str
    form: str
    dated: datetime


def form_of(base_url: str, row: Publicity) -> str:
    """Return the address of the form about a publicity, which anyone may open."""
    return f"{base_url}/feedback/{row.organization_id}?publicity={row.id}"


def of_publicity(session: Session, row: Publicity, *, base_url: str) -> Poster:
    """Return the poster of an approved publicity; `base_url` is where people find us."""
    assert row.approved_at is not None
    near = ancestor_ids(session, row.organization_id)[-2:]
    titles = [session.get_one(Organization, each).title for each in near]
    return legible(
        compose(
            row,
            queries.content_of(session, row),
            titles=titles,
            telephones=telephones_of(session, row.organization_id),
            form=form_of(base_url, row),
            dated=row.approved_at,
        )
    )


def compose(
    row: Publicity,
    content: PublicityContent,
    *,
    titles: Sequence[str],
    telephones: Sequence[Telephone],
    form: str,
    dated: datetime,
) -> Poster:
    """Return a poster; `titles` are those of the organization above and of the organization itself, `form` is what its
    QR opens."""
    listed = sum(len(group.entries) for group in content.groups)
    unlisted = f"，未参评 {content.unlisted} 人" if content.unlisted else ""
    span = f"{full_day(row.first_day)}至 {row.last_day.month} 月 {row.last_day.day} 日"
    calls = "　　".join(f"{each.title} {each.number}" for each in telephones)
    return Poster(
        organization="　".join(titles),
        title=content.title,
        lead=(*row.text.splitlines(), f"公示期 {row.working_days} 个工作日：{span}。"),
        groups=tuple(
            PosterGroup(group.heading, group.mark, tuple(PosterEntry(spaced(e.name), e.words) for e in group.entries))
            for group in content.groups
        ),
        listed=listed,
        lines=(*content.lines, f"以上 {listed} 人以姓氏笔画为序{unlisted}。"),
        objecting=(
            f"请于 {row.last_day.month} 月 {row.last_day.day} 日 24 时前当面、书面或在“先锋积分”小程序内向党支部提出；"
            "对党支部的答复仍有异议的，可请上级党组织专项查核。提出人身份只告知承办人员。",
            *((calls,) if calls else ()),
        ),
        signed=("支部书记（签字）", titles[-1], full_day(row.first_day)),
        foot=f"公示范围：{SCOPE_TITLES[PublicityScope(row.scope)]}；公示地点：{row.place}。公示期满后取下。",
        code=code_of(row.content_hash),
        form=form,
        dated=dated,
    )


def as_pdf(poster: Poster) -> bytes:
    """Return the poster as a file. Raises DomainError as `pdf.render`."""
    data = asdict(poster)
    del data["dated"]
    data["qr"] = _drawn(poster.form)
    return pdf.render(TEMPLATE, data, dated=poster.dated)


def _drawn(address: str) -> str:
    """Return a QR as SVG, without a border: paper is white."""
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()


def spaced(name: str) -> str:
    """Return a name as posters write it: 王　芳."""
    return "　".join(name) if len(name) == SPACED else name


def full_day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
