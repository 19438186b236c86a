"""A person's results of the years, as far as the members' meeting has heard them."""

from collections.abc import Iterator

from sqlalchemy import and_, select

from server.annual.results.models import AnnualEdition, AnnualResult, AnnualSection
from server.annual.results.queries import is_current
from server.annual.results.rules import TOLD, Standing
from server.holdings import DataSubject, Holding
from server.standards.default import default_titles
from server.standards.problems import CATEGORY_TITLES, STAGE_TITLES
from server.years.models import BranchYear

PLACE = 85
"""Among the holdings of all features, in the order in which a person reads them."""

_WORDS: dict[str, str] = {
    **{Standing.scored: "计分", Standing.exempt: "不列入", Standing.negative: "另行通报"},
    **{category.value: title for category, title in CATEGORY_TITLES.items()},
    **{stage.value: title for stage, title in STAGE_TITLES.items()},
}


def holdings(subject: DataSubject) -> Iterator[Holding]:
    # As in the app: results are a draft of the branch until the members' meeting has heard them.
    told = and_(
        BranchYear.organization_id == AnnualEdition.organization_id,
        BranchYear.year == AnnualEdition.year,
        BranchYear.state.in_(TOLD),
    )
    heard = select(AnnualEdition.id).where(is_current(), select(BranchYear.id).where(told).exists())
    yield Holding(
        "年度积分",
        AnnualResult,
        and_(AnnualResult.member_id == subject.member_id, AnnualResult.edition_id.in_(heard)),
        {
            "年度": AnnualEdition.year,
            "版次": AnnualEdition.edition,
            "人员类别": AnnualResult.category,
            "党员类别": AnnualResult.stage,
            "情况": AnnualResult.standing,
            "另行通报": AnnualResult.negative,
            "总分": AnnualResult.total,
            "名次": AnnualResult.position,
            "台账末笔": AnnualResult.head_seq,
            "台账校验值": AnnualResult.head_hash,
            "计算时间": AnnualResult.cutoff_at,
        },
        joins=((AnnualEdition, AnnualEdition.id == AnnualResult.edition_id),),
        words=_WORDS,
    )
    yield Holding(
        "年度积分各部分",
        AnnualSection,
        and_(AnnualSection.member_id == subject.member_id, AnnualSection.edition_id.in_(heard)),
        {"年度": AnnualEdition.year, "部分": AnnualSection.section, "得分": AnnualSection.points},
        joins=((AnnualEdition, AnnualEdition.id == AnnualSection.edition_id),),
        words=default_titles(),
    )
