"""Whom the tests let chat with the bot, and who hears it."""

import pytest
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import server.app  # noqa: F401  (its subscriptions tell the features above)
from bot import answering
from bot.receive.responder import Responder
from server.config import Settings
from tests.bot.callbacks import Writer, writer_of
from tests.bot.hearing import Ear
from tests.bot.talking import Chat, Chats
from tests.cast import Cast, Person


@pytest.fixture
def chats(session: Session, engine: Engine, settings: Settings, cast: Cast) -> Chats:
    """Return what opens a person's conversation with the bot."""
    openids = {person.actor.identity_id: key for key, person in cast.people.items()}

    def open_chat(person: Person) -> Chat:
        return Chat(session, engine, settings, openids[person.actor.identity_id])

    return open_chat


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear()
    monkeypatch.setattr(answering, "answer", ear.answer)
    return ear


@pytest.fixture
def responder(app: OpenAPI) -> Responder:
    responder: Responder = app.extensions["bot_responder"]
    return responder


@pytest.fixture
def zhang_min(app: OpenAPI, cast: Cast) -> Writer:
    return writer_of(app, cast.zhang_min)
