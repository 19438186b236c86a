"""WeChat, posting to our callbacks: each person writes from an openid of his own, sealed and signed as WeChat does."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bot.messages import ChatChannel
from bot.receive.accounts import app_id_of, envelope_of
from bot.receive.responder import Responder
from server import clock
from server.config import Settings
from server.identity.models import WechatIdentity
from server.wechat.envelope import Envelope
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.courier import Post, post_of, sealed, words_in
from server.wechat.sandbox.phones import wrote
from server.wechat.sandbox.state import SandboxState
from tests.cast import NOW, Person
from tests.waiting import LONG


@dataclass
class Writer:
    """One person in the chat with one account. `said` is the last post, to send it again."""

    app: Flask
    openid: str
    channel: ChatChannel = ChatChannel.official
    said: Post | None = field(default=None)

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.extensions["settings"]
        return settings

    @property
    def envelope(self) -> Envelope:
        envelope = envelope_of(self.settings, self.channel)
        assert envelope is not None
        return envelope

    @property
    def sandbox(self) -> SandboxState:
        sandbox: SandboxState = self.app.extensions["wechat_sandbox"]
        return sandbox

    @property
    def place(self) -> App:
        return App.official if self.channel is ChatChannel.official else App.work

    def write(self, text: str) -> str:
        """Send a text; return what is answered."""
        return self.send(MsgType="text", Content=text, MsgId=str(secrets.randbits(60)))

    def scan(self, scene: str, *, at: datetime | None = None) -> str:
        return self.send(at, MsgType="event", Event="SCAN", EventKey=scene)

    def picture(self, content: bytes) -> str:
        from server.wechat.sandbox.saying import keep_picture

        media_id = keep_picture(self.sandbox, content)
        return self.send(MsgType="image", MediaId=media_id, PicUrl="http://mmbiz.invalid/1", MsgId=media_id[:12])

    def send(self, at: datetime | None = None, /, **fields: str) -> str:
        self.said = self._sealed(fields, at)
        return self.words(self.post(self.said))

    def sealed(self, text: str, *, at: datetime | None = None) -> Post:
        """Return a text as it would be posted, to be delivered as often as one likes."""
        return self._sealed({"MsgType": "text", "Content": text, "MsgId": str(secrets.randbits(60))}, at)

    def sealed_event(self, event: str, key: str) -> Post:
        return self._sealed({"MsgType": "event", "Event": event, "EventKey": key}, None)

    def _sealed(self, fields: dict[str, str], at: datetime | None) -> Post:
        now = at or clock.now()
        return sealed(self.envelope, post_of(self.place, self.openid, fields, now=now), now=now)

    def again(self) -> str:
        """Deliver the last post once more, as it was."""
        assert self.said is not None
        return self.words(self.post(self.said))

    def post(self, said: Post, client: FlaskClient | None = None) -> TestResponse:
        query, body = said
        to = client or self.app.test_client()
        return to.post(f"/wechat/{self.channel}", query_string=query, data=body, buffered=True)

    def words(self, answer: TestResponse) -> str:
        assert answer.status_code == 200, answer.status
        return words_in(self.envelope, answer.get_data(), now=clock.now())

    def arrived(self) -> list[str]:
        """Return what came as messages of ours, beside the answers."""
        return [each.content["text"] for each in self.sandbox.record.on_phone(self.place, self.openid, 100)]


def writer_of(app: Flask, person: Person, channel: ChatChannel = ChatChannel.official) -> Writer:
    """Let a person follow the account under an openid that is bound to him."""
    app_id = app_id_of(app.extensions["settings"], channel)
    openid = f"of_{person.account_id}"
    with Session(app.extensions["engine"]) as session:
        session.add(WechatIdentity(app_id=app_id, openid=openid, account_id=person.account_id, created_at=NOW))
        session.commit()
    responder: Responder = app.extensions["bot_responder"]
    responder.answer_seconds = LONG  # a busy machine must not turn answers into promises
    sandbox: SandboxState = app.extensions["wechat_sandbox"]
    place = App.official if channel is ChatChannel.official else App.work
    wrote(sandbox.phones.at(place, openid), clock.now())
    return Writer(app, openid, channel)
