"""A published standard stays as it is, whoever writes to the database."""

import json

import pytest
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from server.standards import protection
from server.standards.models import Standard
from server.standards.rules import as_data
from server.standards.versions import altered
from tests.cast import Cast
from tests.standards import FINER, add_draft


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
        assert altered(session) == [cast.standard_id]
    with engine.begin() as connection:
        protection.TRIGGERS.install(connection)


def test_every_published_document_matches_its_hash(session: Session, cast: Cast) -> None:
    assert altered(session) == []


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
