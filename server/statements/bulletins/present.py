"""How bulletins look on the wire."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.access import Context
from server.organizations.models import Member
from server.organizations.queries import account_names, titles
from server.statements.bulletins import queries
from server.statements.bulletins.content import AnnexLine, BandData, BranchPart, BulletinFigures, Content
from server.statements.bulletins.rules import snapshot_name
from server.statements.bulletins.schemas import (
    AnnexBranchOut,
    AnnexLineOut,
    AnnexSectionOut,
    BandOut,
    BulletinBranchOut,
    BulletinFiguresOut,
    BulletinOut,
    BulletinReceiptOut,
    BulletinSummaryOut,
    BulletinVerificationOut,
    MissingBranchOut,
)
from server.statements.bulletins.wording import title_of
from server.statements.models import Bulletin, BulletinReceipt
from server.statements.rules import BulletinStatus


def summaries(session: Session, bulletins: Sequence[Bulletin]) -> list[BulletinSummaryOut]:
    places = titles(session, [bulletin.organization_id for bulletin in bulletins])
    receipts = queries.receipts_of(session, [bulletin.id for bulletin in bulletins])
    return [
        _summary(bulletin, queries.content_of(bulletin), places, receipts.get(bulletin.id, []))
        for bulletin in bulletins
    ]


def one(context: Context, bulletin: Bulletin) -> BulletinOut:
    session, content = context.session, queries.content_of(bulletin)
    receipts = queries.receipts_of(session, [bulletin.id]).get(bulletin.id, [])
    names = account_names(session, [receipt.acknowledged_by for receipt in receipts])
    by_place = {receipt.organization_id: receipt for receipt in receipts}
    summary = _summary(bulletin, content, titles(session, [bulletin.organization_id]), receipts)
    return BulletinOut(
        **dict(summary),
        remarks=bulletin.remarks,
        until=content.until,
        compared_with=content.compared_with,
        hash=bulletin.hash,
        total=_figures(content.total, content),
        parts=[_part(branch, content, by_place.get(branch.organization_id), names) for branch in content.branches],
        missing_branches=[
            MissingBranchOut(organization_id=each.organization_id, title=each.title) for each in content.missing
        ],
    )


def annex(session: Session, content: Content, branches: Sequence[BranchPart]) -> list[AnnexBranchOut]:
    """Return the members' figures of these branches."""
    names = names_of(session, branches)
    return [
        AnnexBranchOut(
            organization_id=branch.organization_id,
            title=branch.title,
            lines=[_line(line, content, names) for line in branch.lines],
        )
        for branch in branches
    ]


def receipt(session: Session, found: BulletinReceipt) -> BulletinReceiptOut:
    names = account_names(session, [found.acknowledged_by])
    return BulletinReceiptOut(
        organization_id=found.organization_id,
        acknowledged_at=found.acknowledged_at,
        acknowledged_by=names.get(found.acknowledged_by),
    )


def verification(session: Session, bulletin: Bulletin) -> BulletinVerificationOut:
    again = queries.verify(session, bulletin)
    return BulletinVerificationOut(matches=again == bulletin.hash, hash=bulletin.hash, recomputed=again)


def names_of(session: Session, branches: Sequence[BranchPart]) -> dict[int, str]:
    """Return the members' names as of today: an erased one stays erased in every later print."""
    ids = [line.member_id for branch in branches for line in branch.lines]
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = select(Member.id, Member.name).where(Member.id.in_(ids[start : start + 500]))
        found.update((member_id, name) for member_id, name in session.execute(rows))
    return found


def _summary(
    bulletin: Bulletin, content: Content, places: dict[int, str], receipts: Sequence[BulletinReceipt]
) -> BulletinSummaryOut:
    return BulletinSummaryOut(
        id=bulletin.id,
        organization_id=bulletin.organization_id,
        organization_title=places[bulletin.organization_id],
        quarter=bulletin.quarter,
        title=title_of(content),
        status=BulletinStatus(bulletin.status),
        document_number=bulletin.document_number,
        snapshot=snapshot_name(bulletin.quarter, bulletin.hash),
        average=content.total.average,
        branches=len(content.branches),
        missing=len(content.missing),
        acknowledged=len(receipts),
        frozen_at=bulletin.frozen_at,
        published_at=bulletin.published_at,
    )


def _part(
    branch: BranchPart, content: Content, found: BulletinReceipt | None, names: dict[int, str]
) -> BulletinBranchOut:
    return BulletinBranchOut(
        organization_id=branch.organization_id,
        title=branch.title,
        figures=_figures(branch.figures, content),
        acknowledged_at=found.acknowledged_at if found else None,
        acknowledged_by=names.get(found.acknowledged_by) if found else None,
    )


def _figures(figures: BulletinFigures, content: Content) -> BulletinFiguresOut:
    form = content.facts.form
    return BulletinFiguresOut(
        members=figures.members,
        rated=figures.rated,
        apart=figures.apart,
        prospects=figures.prospects,
        average=figures.average,
        change=figures.change,
        bands=_bands(form.bands, figures.bands),
        counts=_bands(form.counts, figures.counts),
        meetings=figures.meetings,
        rate=_tenths(figures.rate),
        decisions=figures.decisions,
        review_days=_tenths(figures.review_days),
        backdated=figures.backdated,
    )


def _bands(bands: Sequence[BandData], counts: Sequence[int]) -> list[BandOut]:
    return [
        BandOut(
            title=band.title,
            at_least=None if band.at_least is None else str(band.at_least),
            below=None if band.below is None else str(band.below),
            count=count,
        )
        for band, count in zip(bands, counts, strict=True)
    ]


def _line(line: AnnexLine, content: Content, names: dict[int, str]) -> AnnexLineOut:
    sections = [] if line.negative else list(content.facts.sections.items())
    return AnnexLineOut(
        member_id=line.member_id,
        name=names.get(line.member_id, "（已注销）"),
        negative=line.negative,
        sections=[AnnexSectionOut(code=code, title=title, points=line.sections.get(code)) for code, title in sections],
        total=line.total,
        change=line.change,
    )


def _tenths(figure: Decimal | None) -> str | None:
    return None if figure is None else f"{figure:.1f}"
