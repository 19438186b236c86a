"""A person's lines in the frozen monthly statements that their branch has confirmed."""

from collections.abc import Iterator

from sqlalchemy import and_, select

from server.holdings import DataSubject, Holding
from server.standards.default import default_titles
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection

PLACE = 80
"""Among the holdings of all features, in the order in which a person reads them."""


def holdings(subject: DataSubject) -> Iterator[Holding]:
    # As in the app: a month is a draft of the branch until it is confirmed.
    confirmed = select(Statement.id).where(Statement.confirmed_at.is_not(None))
    yield Holding(
        "月积分",
        StatementLine,
        and_(StatementLine.member_id == subject.member_id, StatementLine.statement_id.in_(confirmed)),
        {
            "月份": Statement.period,
            "总分": StatementLine.total,
            "变化": StatementLine.change,
            "名次": StatementLine.position,
            "另行通报": StatementLine.negative,
            "台账末笔": StatementLine.head_seq,
            "台账校验值": StatementLine.head_hash,
        },
        joins=((Statement, Statement.id == StatementLine.statement_id),),
    )
    yield Holding(
        "月积分各部分",
        StatementSection,
        and_(StatementSection.member_id == subject.member_id, StatementSection.statement_id.in_(confirmed)),
        {"月份": Statement.period, "部分": StatementSection.section, "得分": StatementSection.points},
        joins=((Statement, Statement.id == StatementSection.statement_id),),
        words=default_titles(),
    )
    yield Holding(
        "月积分补记",
        StatementBackdated,
        and_(StatementBackdated.member_id == subject.member_id, StatementBackdated.statement_id.in_(confirmed)),
        {
            "月份": Statement.period,
            "补记的月份": StatementBackdated.month,
            "笔数": StatementBackdated.entries,
            "分值": StatementBackdated.points,
        },
        joins=((Statement, Statement.id == StatementBackdated.statement_id),),
    )
