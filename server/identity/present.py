"""Turn accounts and consents into what goes over the wire."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.identity import consents, queries
from server.identity.models import Account, PrivacyConsent, WechatIdentity
from server.identity.rules import ROLE_TITLES, Actor
from server.identity.schemas import ConsentOut, MeOut, PersonaOut, PlaceOut, RoleOut, SignInOut


def consent_out(consent: PrivacyConsent) -> ConsentOut:
    return ConsentOut(version=consent.version, agreed_at=consent.agreed_at)


def sign_in_out(token: str, account: Account | None, *, expires_at: datetime) -> SignInOut:
    return SignInOut(
        token=token,
        expires_at=expires_at,
        bound=account is not None,
        name=account.name if account else None,
        member_id=account.member_id if account else None,
    )


def me_out(session: Session, actor: Actor) -> MeOut:
    titles = queries.titles(session, [*actor.organization_ids, *(held.organization_id for held in actor.grants)])
    places = [PlaceOut(id=place, title=titles[place]) for place in actor.organization_ids]
    roles = [
        RoleOut(
            role=held.role,
            title=ROLE_TITLES[held.role],
            organization=PlaceOut(id=held.organization_id, title=titles[held.organization_id]),
        )
        for held in actor.grants
    ]
    return MeOut(
        bound=actor.account_id is not None,
        account_id=actor.account_id,
        member_id=actor.member_id,
        name=queries.name_of(session, actor),
        organization=places[-1] if places else None,
        organizations=places,
        roles=roles,
        privacy_due=actor.account_id is not None and consents.is_due(session, actor.account_id),
    )


def persona_out(session: Session, identity: WechatIdentity, now: datetime) -> PersonaOut:
    actor = queries.actor_of(session, identity, now=now)
    held = actor.grants[0] if actor.grants else None
    places = (held.organization_id,) if held else actor.organization_ids[-2:]
    titles = queries.titles(session, places)
    return PersonaOut(
        openid=identity.openid,
        code=f"sandbox:{identity.openid}",
        name=queries.name_of(session, actor) or "",
        role=ROLE_TITLES[held.role] if held else "党员",
        organization=" · ".join(titles[place] for place in places) or None,
    )
