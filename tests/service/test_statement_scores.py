"""Whatever stands in the ledger, a month's line is what the pure `score` gives of it."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.organizations import transfers
from server.organizations.models import Category, Member, Stage
from server.points import service as points
from server.points.ledger.openings import opening_facts, openings
from server.points.models import PointEntry, SourceKind
from server.points.scores.carrying import measured_by
from server.points.scores.rules import score
from server.points.service import Posting
from server.standards import service as standards
from server.standards.drafts import create_draft
from server.standards.rules import Item, Method, StandardDocument
from server.standards.versions import document_of, in_force
from server.statements.freezing.service import freeze
from server.statements.models import Statement, StatementLine, StatementSection
from server.statements.rules import StatementTerm, month_before
from server.statements.verification import verify_statements
from tests.cast import NOW, Cast
from tests.fuzzing import WHOLE

SCHEME = Path(__file__).parents[1] / "data" / "scheme_60_30_10.json"
FIRST_CUTOFF = datetime(2026, 7, 2, 18, 0, tzinfo=UTC)
DAYS = (date(2026, 1, 5), date(2026, 8, 20))
PER_MEMBER = 18


@pytest.mark.thinned
@pytest.mark.parametrize("seed", [1, 2, 3] if WHOLE else [1])
@pytest.mark.parametrize("scheme", [False, True], ids=["default", "60-30-10"])
def test_every_line_is_the_score_of_the_ledger_as_of_its_cutoff(
    session: Session, engine: Engine, cast: Cast, scheme: bool, seed: int
) -> None:
    chance = random.Random(seed)
    if scheme:
        _publish_scheme(session, cast)
    terms = [month_before(FIRST_CUTOFF), month_before(datetime(2026, 8, 2, 18, 0, tzinfo=UTC))]
    member_ids = [person.member_id for person in cast.people.values() if person.member_id]
    posted = [
        (at, posting) for member_id in member_ids[1:] for at, posting in _random_facts(session, cast, chance, member_id)
    ]
    for at, posting in sorted(posted, key=lambda each: each[0]):
        entry = points.post(session, [posting], now=at)[0]
        if chance.random() < 0.2:
            later = at + timedelta(days=chance.randrange(40))
            points.reverse(session, member_id=entry.member_id, seq=entry.seq, reason="更正", decided_by=None, now=later)
    transfers.transfer(
        session,
        member_id=cast.wang_fang.member_id,
        to_organization_id=cast.foreign_branch,
        on=date(2026, 6, 10),
        account_id=cast.chen_jing.account_id,
        now=FIRST_CUTOFF - timedelta(days=10),
    )
    session.commit()
    for term in terms:
        freeze(engine, term, now=term.cutoff_at)
        _check(session, term, people=len(member_ids))
        session.rollback()
    assert list(verify_statements(session)) == []


def _check(session: Session, term: StatementTerm, *, people: int) -> None:
    query = select(StatementLine).join(Statement, Statement.id == StatementLine.statement_id)
    lines = session.scalars(query.where(Statement.period == term.period)).all()
    assert len(lines) == people
    for line in lines:
        assert line.standard_id is not None
        expected = _expected(session, line, term)
        sections = select(StatementSection.section, StatementSection.points).where(
            StatementSection.statement_id == line.statement_id, StatementSection.member_id == line.member_id
        )
        assert {"": line.total} | dict(session.execute(sections).all()) == expected


def _expected(session: Session, line: StatementLine, term: StatementTerm) -> dict[str, Decimal]:
    chain = session.scalars(
        select(PointEntry).where(PointEntry.member_id == line.member_id).order_by(PointEntry.seq)
    ).all()
    head = max((entry.seq for entry in chain if entry.posted_at < term.cutoff_at), default=0)
    assert line.head_seq == head
    entries = [each for each in chain if each.seq <= head and each.occurred_on <= term.until and each.year == term.year]
    standard_id = line.standard_id or 0
    documents = {each.standard_id: document_of(session, each.standard_id) for each in entries}
    document, facts = measured_by(document_of(session, standard_id), entries, documents)
    member = session.get_one(Member, line.member_id)
    category, stage = Category(member.category), Stage(member.stage)
    if not any(fact.opening for fact in facts):
        facts += opening_facts(openings(document, category, stage), date(term.year, 1, 1))
    return score(document, facts, category=category, stage=stage, negative=line.negative).figures


def _publish_scheme(session: Session, cast: Cast) -> None:
    document = StandardDocument.model_validate_json(SCHEME.read_text())
    draft = create_draft(session, organization_id=cast.root, year=2026, document=document, created_by=None, now=NOW)
    standards.publish(session, standard_id=draft.id, published_by=None, now=NOW)
    session.commit()


def _random_facts(
    session: Session, cast: Cast, chance: random.Random, member_id: int
) -> Sequence[tuple[datetime, Posting]]:
    member = session.get_one(Member, member_id)
    standard = in_force(session, organization_id=cast.root, year=2026)
    items = list(document_of(session, standard.id).items_for(Category(member.category), Stage(member.stage)))
    facts = []
    for number in range(chance.randrange(PER_MEMBER)):
        item = chance.choice(items)
        on = DAYS[0] + timedelta(days=chance.randrange((DAYS[1] - DAYS[0]).days))
        at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC) + timedelta(days=chance.choice((0, 0, 1, 20, 60)))
        facts.append((at, _posting(chance, item, member_id, on, number + 1)))
    return facts


def _posting(chance: random.Random, item: Item, member_id: int, on: date, number: int) -> Posting:
    key = (member_id, item.code, on, SourceKind.claim, number)
    match item.method:
        case Method.ratio:
            return Posting(*key, owed=1, attended=chance.randrange(2), made_up=0)
        case Method.levels:
            level = chance.choice(item.levels)
            achievement = chance.choice((None, "甲", "乙"))
            return Posting(*key, points=level.points, level=level.code, achievement=achievement)
        case Method.deduct:
            return Posting(*key, points=-item.points)
        case Method.measured:
            return Posting(*key, points=Decimal(chance.randrange(50)) / 10)
        case _:
            return Posting(*key, points=item.points * chance.choice((1, 2, 3)))
