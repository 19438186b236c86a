"""Versions of a standard: drafted, edited, published, replaced and frozen."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from server import events
from server.audit.models import AuditLine
from server.db import transaction
from server.errors import DomainError
from server.organizations.models import FilingStatus, Organization, OrganizationKind
from server.points.models import PointEntry, SourceKind
from server.standards import drafts, protection, service, versions
from server.standards.default import default_document
from server.standards.events import StandardPublished
from server.standards.models import DraftSource, Standard, StandardStatus
from server.standards.rules import Audience, StandardDocument, as_data
from tests.at_once import at_once, race
from tests.cast import NOW, TODAY, Cast

YEAR = TODAY.year
EDITOR = 1


def altered(base: StandardDocument | None = None, **fields: Any) -> StandardDocument:
    """The default (or `base`) with heading fields replaced; `B01={...}` replaces fields of that item."""
    data = as_data(base or default_document())
    for name, value in fields.items():
        items = [item for item in data["items"] if item["code"] == name]
        if items:
            items[0].update(value)
        else:
            data[name] = value
    return StandardDocument.model_validate(data)


FINER = altered(B01={"points": "2"})
REWORDED = altered(title="党员积分标准（文字更正）", B01={"clause": "《实施方案》二（一）（更正）"})


def add_draft(session: Session, organization_id: int, document: StandardDocument, year: int = YEAR) -> Standard:
    return drafts.create_draft(
        session, organization_id=organization_id, year=year, document=document, created_by=None, now=NOW
    )


def publish(session: Session, standard: Standard) -> Standard:
    return service.publish(session, standard_id=standard.id, published_by=None, now=NOW)


def refusal(act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act()
    return caught.value


def post_fact(
    session: Session, cast: Cast, standard_id: int, kind: SourceKind = SourceKind.claim, seq: int = 900
) -> None:
    session.add(
        PointEntry(
            member_id=cast.zhang_min.member_id,
            seq=seq,
            root_id=cast.root,
            organization_id=cast.branch,
            year=YEAR,
            standard_id=standard_id,
            item_code="C04",
            points=1,
            occurred_on=TODAY,
            posted_at=NOW,
            source_kind=kind,
            source_id=seq,
            clause="《实施方案》二（二）",
            prev_hash="0" * 64,
            hash="0" * 64,
        )
    )
    session.flush()


@pytest.fixture
def heard() -> Iterator[list[StandardPublished]]:
    """What was announced, with nobody else listening."""
    told: list[StandardPublished] = []
    before = events._handlers[StandardPublished]
    events._handlers[StandardPublished] = [lambda _session, event: told.append(event)]
    yield told
    events._handlers[StandardPublished] = before


def test_a_branch_follows_the_nearest_published_standard_above(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    assert service.in_force(session, organization_id=cast.branch, year=YEAR).id == cast.standard_id
    finer = publish(session, add_draft(session, cast.general_branch, FINER))
    for organization in (cast.branch, cast.group, cast.general_branch):
        assert service.in_force(session, organization_id=organization, year=YEAR).id == finer.id
    for organization in (cast.root, cast.foreign_branch, cast.direct_branch):
        assert service.in_force(session, organization_id=organization, year=YEAR).id == cast.standard_id


def test_a_year_or_audience_without_a_standard_is_told(session: Session, cast: Cast) -> None:
    assert refusal(lambda: service.in_force(session, organization_id=cast.branch, year=YEAR + 1)).code == "no_standard"
    error = refusal(lambda: service.in_force(session, organization_id=cast.branch, year=YEAR, audience="activists"))
    assert error.code == "no_standard"


def test_a_draft_is_not_in_force(session: Session, cast: Cast) -> None:
    add_draft(session, cast.branch, FINER)
    assert service.in_force(session, organization_id=cast.branch, year=YEAR).id == cast.standard_id


def test_what_a_published_version_says_is_parsed_once(session: Session, cast: Cast) -> None:
    first = service.document_of(session, cast.standard_id)
    assert first == default_document()
    assert service.document_of(session, cast.standard_id) is first


def test_installing_the_default_twice_changes_nothing(session: Session, cast: Cast) -> None:
    again = service.install_default(session, organization_id=cast.root, year=YEAR, published_by=None, now=NOW)
    assert again.id == cast.standard_id


def test_publishing_freezes_announces_and_audits(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    draft = add_draft(session, cast.branch, FINER)
    secretary = cast.li_wei.account_id
    published = service.publish(session, standard_id=draft.id, published_by=secretary, now=NOW, revision=1)
    assert (published.status, published.in_force, published.published_by) == ("published", True, secretary)
    assert heard == [StandardPublished(draft.id, cast.branch, YEAR, NOW)]
    line = session.scalars(select(AuditLine).where(AuditLine.action == "standard_published")).all()[-1]
    assert (line.actor_id, line.subject_id) == (secretary, draft.id)


def test_a_draft_with_problems_is_not_published_and_stays(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, altered(B01={"cap": "10"}))
    error = refusal(lambda: publish(session, draft))
    assert error.code == "standard_has_problems"
    assert [problem["path"] for problem in error.detail["problems"]] == ["sections[0].cap"]
    assert draft.status == StandardStatus.draft


def test_a_refinement_that_moves_a_section_cap_is_refused_by_name(session: Session, cast: Cast) -> None:
    data = as_data(default_document())
    data["sections"][1]["cap"] = "35"
    draft = add_draft(session, cast.branch, StandardDocument.model_validate(data))
    error = refusal(lambda: publish(session, draft))
    assert error.detail["problems"][0]["message"] == "“贡献积分”上限应与上级标准一致，为 30 分"


def test_a_branch_refines_its_general_branch_rather_than_the_committee(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    extra = [*as_data(default_document())["negative_list"], {"code": "N05", "title": "其他", "clause": "《办法》"}]
    publish(session, add_draft(session, cast.general_branch, altered(negative_list=extra)))
    found = service.check(session, standard_id=add_draft(session, cast.branch, default_document()).id)
    assert [problem.message for problem in found] == ["不得删减上级标准的负面清单，请补上 N05“其他”"]


def test_checking_an_unsaved_document_leaves_the_draft_as_it_was(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    found = service.check(session, standard_id=draft.id, document=altered(title=""))
    assert [problem.path for problem in found] == ["title"]
    assert draft.document == default_document()
    assert draft.revision == 1


def test_before_the_first_fact_a_new_version_may_change_figures(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    post_fact(session, cast, cast.standard_id, SourceKind.opening)
    second = publish(session, add_draft(session, cast.root, FINER))
    session.expire_all()
    assert service.in_force(session, organization_id=cast.branch, year=YEAR).id == second.id
    assert session.get_one(Standard, cast.standard_id).in_force is None
    assert second.version == 2


def test_once_a_fact_is_posted_only_wording_may_change(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    post_fact(session, cast, cast.standard_id)
    assert refusal(lambda: publish(session, add_draft(session, cast.root, FINER))).code == "year_in_use"
    reworded = publish(session, add_draft(session, cast.root, REWORDED))
    assert reworded.in_force
    assert refusal(lambda: publish(session, add_draft(session, cast.root, FINER))).code == "year_in_use"


def test_a_first_refinement_after_facts_under_the_standard_above_is_refused(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    post_fact(session, cast, cast.standard_id)
    assert refusal(lambda: publish(session, add_draft(session, cast.branch, FINER))).code == "year_in_use"
    assert publish(session, add_draft(session, cast.other_branch, FINER)).in_force


def test_facts_of_another_year_do_not_matter(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    post_fact(session, cast, cast.standard_id)
    assert publish(session, add_draft(session, cast.root, FINER, YEAR + 1)).in_force


def test_a_draft_begun_before_another_version_came_is_not_published_over_it(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    early, late = add_draft(session, cast.root, FINER), add_draft(session, cast.root, REWORDED)
    publish(session, early)
    assert refusal(lambda: publish(session, late)).code == "superseded_meanwhile"


def test_publishing_twice_is_refused_the_second_time(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    draft = publish(session, add_draft(session, cast.branch, FINER))
    assert refusal(lambda: publish(session, draft)).code == "not_a_draft"
    assert len(heard) == 1


def test_units_below_that_no_longer_fit_are_named(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    publish(session, add_draft(session, cast.general_branch, FINER))
    publish(session, add_draft(session, cast.branch, FINER))
    publish(session, add_draft(session, cast.direct_branch, FINER))
    extra = [*as_data(default_document())["negative_list"], {"code": "N05", "title": "其他", "clause": "《办法》"}]
    second = publish(session, add_draft(session, cast.root, altered(negative_list=extra)))
    titles = {organization.id for organization in service.left_behind(session, second)}
    assert titles == {cast.general_branch, cast.direct_branch}


def test_an_edit_from_an_old_revision_is_refused_and_loses_nothing(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())

    def edit(document: StandardDocument, revision: int) -> Standard:
        return drafts.edit_draft(
            session, standard_id=draft.id, document=document, note="试", revision=revision, edited_by=EDITOR, now=NOW
        )

    assert edit(FINER, 1).revision == 2
    error = refusal(lambda: edit(REWORDED, 1))
    assert (error.code, error.status, error.detail) == ("stale_draft", 409, {"revision": 2})
    assert draft.document == FINER
    stale = refusal(lambda: service.publish(session, standard_id=draft.id, published_by=None, now=NOW, revision=1))
    assert stale.code == "stale_draft"


def test_an_unfinished_draft_can_be_saved(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    unfinished = altered(title="", B01={"title": "", "clause": "", "evidence": []})
    drafts.edit_draft(
        session, standard_id=draft.id, document=unfinished, note="", revision=1, edited_by=EDITOR, now=NOW
    )
    session.expire_all()
    assert session.get_one(Standard, draft.id).document == unfinished


def test_the_audience_of_a_draft_is_fixed(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    error = refusal(
        lambda: drafts.edit_draft(
            session,
            standard_id=draft.id,
            document=altered(audience="activists"),
            note="",
            revision=1,
            edited_by=EDITOR,
            now=NOW,
        )
    )
    assert error.code == "audience_fixed"


def begin(
    session: Session,
    cast: Cast,
    organization_id: int,
    source: DraftSource,
    *,
    source_id: int | None = None,
    year: int = YEAR,
    audience: Audience = Audience.members,
) -> Standard:
    return drafts.begin_draft(
        session,
        organization_id=organization_id,
        year=year,
        audience=audience,
        source=source,
        source_id=source_id,
        created_by=cast.li_wei.account_id,
        now=NOW,
    )


def test_a_draft_begins_blank_from_the_default_from_last_year_or_from_a_version_above(
    session: Session, cast: Cast
) -> None:
    assert begin(session, cast, cast.branch, DraftSource.blank).document.items == ()
    assert begin(session, cast, cast.branch, DraftSource.default).document == default_document()
    last = begin(session, cast, cast.branch, DraftSource.last_year, year=YEAR + 1)
    assert (last.document, last.source_id) == (default_document(), cast.standard_id)
    above = begin(session, cast, cast.branch, DraftSource.version, source_id=cast.standard_id)
    assert (above.document, above.source_id, above.version) == (default_document(), cast.standard_id, 3)
    copy = begin(session, cast, cast.branch, DraftSource.version, source_id=above.id)
    assert copy.source_id == above.id


def test_activists_get_a_draft_of_their_own(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    draft = begin(session, cast, cast.branch, DraftSource.default, audience=Audience.activists)
    assert draft.audience == "activists"
    publish(session, draft)
    found = service.in_force(session, organization_id=cast.branch, year=YEAR, audience=Audience.activists)
    assert found.id == draft.id
    assert service.in_force(session, organization_id=cast.branch, year=YEAR).id == cast.standard_id


def test_a_draft_cannot_begin_from_what_another_unit_keeps_to_itself(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    theirs = publish(session, add_draft(session, cast.other_branch, FINER))
    drafted_above = add_draft(session, cast.general_branch, FINER)
    for source_id in (theirs.id, drafted_above.id, 10**9):
        error = refusal(lambda: begin(session, cast, cast.branch, DraftSource.version, source_id=source_id))  # noqa: B023
        assert error.code == "not_found"


def test_last_year_without_a_standard_is_told(session: Session, cast: Cast) -> None:
    assert refusal(lambda: begin(session, cast, cast.branch, DraftSource.last_year)).code == "no_standard"


def test_a_group_and_a_closed_branch_have_no_standard_of_their_own(session: Session, cast: Cast) -> None:
    assert session.get_one(Organization, cast.group).kind == OrganizationKind.group
    assert refusal(lambda: begin(session, cast, cast.group, DraftSource.blank)).code == "no_own_standard"
    session.get_one(Organization, cast.other_branch).closed_on = TODAY
    assert refusal(lambda: begin(session, cast, cast.other_branch, DraftSource.blank)).code == "no_own_standard"


def test_a_withdrawn_draft_can_neither_be_edited_nor_published(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    drafts.withdraw(session, standard_id=draft.id, withdrawn_by=cast.li_wei.account_id, now=NOW)
    assert draft.status == StandardStatus.withdrawn
    assert refusal(lambda: publish(session, draft)).code == "not_a_draft"
    again = refusal(
        lambda: drafts.withdraw(session, standard_id=draft.id, withdrawn_by=cast.li_wei.account_id, now=NOW)
    )
    assert again.code == "not_a_draft"


def test_a_published_version_is_filed_with_the_organization_above_once(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    draft = add_draft(session, cast.branch, FINER)
    secretary = cast.li_wei.account_id
    assert refusal(lambda: service.file(session, standard_id=draft.id, submitted_by=secretary, now=NOW)).code == (
        "not_published"
    )
    publish(session, draft)
    filing = service.file(session, standard_id=draft.id, submitted_by=secretary, now=NOW)
    assert (filing.subject_kind, filing.subject_id) == ("standard", draft.id)
    assert (filing.status, filing.to_organization_id) == (FilingStatus.submitted, cast.general_branch)
    assert service.file(session, standard_id=draft.id, submitted_by=secretary, now=NOW).id == filing.id


def test_versions_are_listed_latest_first_and_drafts_only_when_asked_for(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.root, FINER)

    def listed(**options: Any) -> list[int]:
        found = versions.versions(session, organization_id=cast.root, limit=10, **options)
        return [standard.id for standard in found]

    assert listed(with_drafts=False) == [cast.standard_id]
    assert listed(with_drafts=True) == [draft.id, cast.standard_id]
    assert listed(with_drafts=True, before_id=draft.id, year=YEAR, audience=Audience.members) == [cast.standard_id]
    assert listed(with_drafts=True, year=YEAR + 1) == []


def test_the_orm_refuses_to_change_or_remove_a_published_version(session: Session, cast: Cast) -> None:
    standard = session.get_one(Standard, cast.standard_id)
    standard.note = "改"
    with pytest.raises(TypeError, match="frozen"):
        session.flush()
    session.rollback()
    session.delete(session.get_one(Standard, cast.standard_id))
    with pytest.raises(TypeError, match="frozen"):
        session.flush()
    session.rollback()
    for statement in (update(Standard).values(note="改"), delete(Standard)):
        with pytest.raises(TypeError, match="frozen"):
            session.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE standards SET document_json = '{}' WHERE id = :id",
        "UPDATE standards SET year = year + 1 WHERE id = :id",
        "UPDATE standards SET status = 'draft', in_force = NULL WHERE id = :id",
        "UPDATE standards SET published_at = NULL WHERE id = :id",
        "DELETE FROM standards WHERE id = :id",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_published_version(
    engine: Engine, cast: Cast, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="frozen"), engine.begin() as connection:
        connection.execute(text(statement), {"id": cast.standard_id})


def test_the_database_lets_drafts_change_and_a_later_version_take_over(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        draft_id = add_draft(session, cast.branch, FINER).id
        session.commit()
    with engine.begin() as connection:
        connection.execute(text("UPDATE standards SET note = '改' WHERE id = :id"), {"id": draft_id})
        connection.execute(text("UPDATE standards SET in_force = NULL WHERE id = :id"), {"id": cast.standard_id})
        connection.execute(text("DELETE FROM standards WHERE id = :id"), {"id": draft_id})


@pytest.mark.sqlite_only
def test_insert_or_replace_does_not_go_around_the_guard(engine: Engine, cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="frozen"), engine.begin() as connection:
        connection.execute(
            text("INSERT OR REPLACE INTO standards SELECT * FROM standards WHERE id = :id"), {"id": cast.standard_id}
        )


def test_a_missing_trigger_is_named_and_can_be_installed_again(engine: Engine) -> None:
    with engine.begin() as connection:
        protection.TRIGGERS.assert_present(connection)
        connection.execute(text("DROP TRIGGER standards_frozen_delete"))
        with pytest.raises(RuntimeError, match="standards_frozen_delete"):
            protection.TRIGGERS.assert_present(connection)
        protection.TRIGGERS.install(connection)
        protection.TRIGGERS.assert_present(connection)


def test_a_document_changed_behind_our_back_is_found(engine: Engine, cast: Cast) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER standards_frozen_update"))
        changed = json.dumps(as_data(FINER))
        connection.execute(
            text("UPDATE standards SET document_json = :document WHERE id = :id"),
            {"document": changed, "id": cast.standard_id},
        )
    with Session(engine) as session:
        assert service.altered(session) == [cast.standard_id]
    with engine.begin() as connection:
        protection.TRIGGERS.install(connection)


def test_every_published_document_matches_its_hash(session: Session, cast: Cast) -> None:
    assert service.altered(session) == []


def test_the_key_lets_only_one_version_be_in_force(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.root, FINER)
    values = {column.name: getattr(draft, column.name) for column in Standard.__table__.columns}
    values |= {"id": draft.id + 1, "version": 9, "status": "published", "in_force": True}
    session.add(Standard(**values))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_draft_cannot_be_marked_in_force(session: Session, cast: Cast) -> None:
    add_draft(session, cast.branch, FINER).in_force = True
    with pytest.raises(DBAPIError):
        session.flush()


def publishing(standard_id: int) -> Callable[[Session], object]:
    return partial(service.publish, standard_id=standard_id, published_by=None, now=NOW)


def test_of_two_who_publish_the_same_draft_at_once_one_wins(
    engine: Engine, cast: Cast, heard: list[StandardPublished]
) -> None:
    with Session(engine) as session:
        draft_id = add_draft(session, cast.branch, FINER).id
        session.commit()
    assert race(engine, *[publishing(draft_id)] * 4) == ["done"] + ["not_a_draft"] * 3


def test_of_two_drafts_published_at_once_one_wins(engine: Engine, cast: Cast, heard: list[StandardPublished]) -> None:
    with Session(engine) as session:
        ids = [add_draft(session, cast.root, document).id for document in (FINER, REWORDED)]
        session.commit()
    assert race(engine, *map(publishing, ids)) == ["done", "superseded_meanwhile"]
    with Session(engine) as session:
        own = select(Standard.id).where(Standard.organization_id == cast.root, Standard.in_force.is_(True))
        assert len(session.scalars(own).all()) == 1


def test_of_two_edits_at_once_one_is_told_that_its_draft_is_stale(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        draft_id = add_draft(session, cast.branch, FINER).id
        session.commit()

    def editing(document: StandardDocument) -> Callable[[Session], object]:
        fields: dict[str, Any] = {"document": document, "note": "", "revision": 1, "edited_by": EDITOR}
        return partial(drafts.edit_draft, standard_id=draft_id, **fields, now=NOW)

    assert race(engine, editing(FINER), editing(REWORDED)) == ["done", "stale_draft"]


def test_drafts_begun_at_once_get_versions_of_their_own(engine: Engine, cast: Cast) -> None:
    def drafting(session: Session) -> int:
        return add_draft(session, cast.branch, FINER).version

    assert sorted(at_once(*[partial(transaction, engine, drafting)] * 4)) == [1, 2, 3, 4]


@pytest.mark.mariadb_only
def test_publishing_waits_for_a_posting_in_flight_and_then_refuses(
    engine: Engine, cast: Cast, heard: list[StandardPublished]
) -> None:
    with Session(engine) as posting, ThreadPoolExecutor(1) as pool:
        with Session(engine) as session:
            draft_id = add_draft(session, cast.root, FINER).id
            session.commit()
        post_fact(posting, cast, cast.standard_id)
        outcome = pool.submit(race, engine, publishing(draft_id))
        _until_waiting(engine)
        posting.commit()
        assert outcome.result(timeout=30) == ["year_in_use"]


def _until_waiting(engine: Engine) -> None:
    """Return once a transaction waits for a row lock."""
    with engine.connect() as connection:
        while connection.execute(text("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'")).one()[1] == "0":
            pass
