"""How results are shown, and a draft only to officers."""

from collections.abc import Sequence

from server.annual.results.certificate import Certificate
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import Result
from server.annual.results.rules import EditionKind, Standing
from server.annual.results.schemas import (
    BranchResultsOut,
    CertificateOut,
    CertificateSectionOut,
    EditionOut,
    ResultOut,
)
from server.identity.rules import RULES, Actor, Permission, Target, roles_at
from server.points.schemas import NEGATIVE_NOTE, SectionPoints
from server.statements.boards.rules import by_name
from server.years.rules import YearState

EXEMPT_NOTE = "不列入管理范围"


def is_officer(actor: Actor, target: Target) -> bool:
    """Whether the reader sees a draft: by a role over the branch."""
    return bool(roles_at(actor, target.ancestor_ids) & RULES[Permission.score_read].roles)


def result_out(found: Result) -> ResultOut:
    result, edition = found.result, found.edition
    return ResultOut(
        member_id=result.member_id,
        name=found.name,
        year=edition.year,
        organization_id=edition.organization_id,
        state=found.state,
        edition=edition.edition,
        corrected=edition.kind == EditionKind.superseding,
        standing=Standing(result.standing),
        note=NEGATIVE_NOTE if result.negative else EXEMPT_NOTE if result.standing == Standing.exempt else None,
        total=None if result.negative else result.total,
        position=result.position,
        sections=[SectionPoints(code=code, points=points) for code, points in found.sections],
        drawn_at=edition.drawn_at,
        hash=edition.hash,
        head_seq=result.head_seq,
        head_hash=result.head_hash,
    )


def branch_results_out(
    edition: AnnualEdition, state: YearState, results: Sequence[Result], *, drawn_by: str | None
) -> BranchResultsOut:
    listed = sorted(results, key=lambda each: (_ORDER[Standing(each.result.standing)], by_name(each.name)))
    counts = {standing: sum(each.result.standing == standing for each in results) for standing in Standing}
    return BranchResultsOut(
        organization_id=edition.organization_id,
        year=edition.year,
        state=state,
        edition=EditionOut(
            id=edition.id,
            edition=edition.edition,
            kind=EditionKind(edition.kind),
            supersedes_id=edition.supersedes_id,
            drawn_by=drawn_by,
            drawn_at=edition.drawn_at,
            hash=edition.hash,
        ),
        scored=counts[Standing.scored],
        exempt=counts[Standing.exempt],
        negative=counts[Standing.negative],
        items=[result_out(each) for each in listed],
    )


def certificate_out(found: Certificate) -> CertificateOut:
    return CertificateOut(
        member_id=found.member_id,
        name=found.name,
        category=found.category,
        stage=found.stage,
        organization_id=found.organization_id,
        branch=found.branch,
        unit=found.unit,
        year=found.year,
        on=found.on,
        standard_title=found.standard_title,
        total=None if found.negative else found.total,
        total_cap=found.total_cap,
        note=NEGATIVE_NOTE if found.negative else EXEMPT_NOTE if found.total is None else None,
        sections=[
            CertificateSectionOut(
                code=each.section.code, title=each.section.title, points=each.points, cap=each.section.cap
            )
            for each in found.sections
        ],
        head_seq=found.head_seq,
        object_until=found.object_until,
        object_note=found.note,
    )


_ORDER = {standing: place for place, standing in enumerate((Standing.scored, Standing.exempt, Standing.negative))}
