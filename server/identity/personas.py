"""The sandbox's personas: people to sign in as without a phone. Registered only in the sandbox."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity import present
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.models import WechatIdentity
from server.identity.schemas import PersonaOut, PersonasOut
from server.wechat.client import SANDBOX_APP_ID

MAX_PERSONAS = 100
api = Api("personas", __name__, tag="沙盒")


@api.guarded("GET", "/sandbox/personas", permission=None, responses={200: PersonasOut})
def list_personas(context: Context) -> PersonasOut:
    """沙盒中可以扮演的人"""
    return PersonasOut(items=personas(context.session, now=context.now))


def personas(session: Session, *, now: datetime) -> list[PersonaOut]:
    """Return the bound sandbox identities, oldest first."""
    bound = select(WechatIdentity).where(
        WechatIdentity.app_id == SANDBOX_APP_ID, WechatIdentity.account_id.is_not(None)
    )
    identities = session.scalars(bound.order_by(WechatIdentity.id).limit(MAX_PERSONAS)).all()
    return [present.persona_out(session, identity, now) for identity in identities]
