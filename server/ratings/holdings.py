"""A person's stars as far as their branch has seen them, their appraisals, and what was noted and decided of them."""

from collections.abc import Iterator

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from server.holdings import DataSubject, Holding
from server.publicity.models import Publicity
from server.publicity.rules import PublicityStatus, PublicitySubject
from server.ratings.appraisals.models import Appraisal
from server.ratings.appraisals.rules import APPRAISAL_TITLES
from server.ratings.editions.models import Rating, RatingEdition
from server.ratings.editions.queries import is_current
from server.ratings.exceptions.models import StarException
from server.ratings.exceptions.present import EXCEPTION_TITLES
from server.ratings.rules import Apart

PLACE = 87
"""Among the holdings of all features, in the order in which a person reads them."""

_APART = {Apart.exempt: "不列入", Apart.negative: "另行通报", Apart.unrated: "不定星级"}


def holdings(subject: DataSubject) -> Iterator[Holding]:
    # As in the app: before they are on show, stars are a matter of the branch and the level above.
    first = aliased(RatingEdition)
    on_show = select(Publicity.id).where(
        Publicity.subject_kind == PublicitySubject.stars,
        or_(Publicity.subject_id == RatingEdition.id, Publicity.subject_id == first.id),
        Publicity.open.is_(True),
        Publicity.status != PublicityStatus.proposed,
    )
    same = and_(first.organization_id == RatingEdition.organization_id, first.year == RatingEdition.year)
    seen = select(RatingEdition.id).join(first, same).where(is_current(), on_show.exists())
    yield Holding(
        "星级",
        Rating,
        and_(Rating.member_id == subject.member_id, Rating.edition_id.in_(seen)),
        {
            "年度": RatingEdition.year,
            "版次": RatingEdition.edition,
            "未评星的情况": Rating.apart,
            "星级": Rating.stars,
            "调整理由": Rating.reason,
            "审定时间": RatingEdition.drawn_at,
        },
        joins=((RatingEdition, RatingEdition.id == Rating.edition_id),),
        words={each.value: title for each, title in _APART.items()},
    )
    yield Holding(
        "民主评议等次",
        Appraisal,
        Appraisal.member_id == subject.member_id,
        {
            "年度": Appraisal.for_year,
            "等次": Appraisal.grade,
            "登记时间": Appraisal.recorded_at,
            "撤回时间": Appraisal.withdrawn_at,
            "撤回原因": Appraisal.withdrawn_reason,
        },
        words={each.value: title for each, title in APPRAISAL_TITLES.items()},
    )
    yield Holding(
        "星级评定中的情形",
        StarException,
        StarException.member_id == subject.member_id,
        {
            "年度": StarException.year,
            "情形": StarException.kind,
            "原因": StarException.reason,
            "决定日期": StarException.decided_on,
            "登记时间": StarException.entered_at,
            "撤回时间": StarException.withdrawn_at,
            "撤回原因": StarException.withdrawn_reason,
        },
        words={each.value: title for each, title in EXCEPTION_TITLES.items()},
    )
