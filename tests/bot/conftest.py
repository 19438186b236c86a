"""Whom the tests let chat with the bot."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import server.app  # noqa: F401  (its subscriptions tell the features above)
from server.config import Settings
from tests.bot.talking import Chat, Chats
from tests.cast import Cast, Person


@pytest.fixture
def chats(session: Session, engine: Engine, settings: Settings, cast: Cast) -> Chats:
    """Return what opens a person's conversation with the bot."""
    openids = {person.actor.identity_id: key for key, person in cast.people.items()}

    def open_chat(person: Person) -> Chat:
        return Chat(session, engine, settings, openids[person.actor.identity_id])

    return open_chat
