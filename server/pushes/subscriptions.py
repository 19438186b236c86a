"""Which subscription messages a person may be asked for, and what they answered."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from server.config import Settings
from server.errors import DomainError, conflict
from server.identity.models import WechatIdentity
from server.pushes import quotas
from server.pushes.catalogue import CATALOGUE
from server.pushes.channels import accounts
from server.pushes.error_codes import PushErrorCode
from server.pushes.rules import Channel


def template_ids(settings: Settings) -> dict[str, str]:
    """Return WeChat's id of each template that is set up, by our key."""
    keys = {entry.template for entry in CATALOGUE.values() if Channel.subscription in entry.channels}
    declared = {key: accounts.template_of(settings, Channel.subscription, key) for key in sorted(keys)}
    return {key: template.id for key, template in declared.items() if template is not None}


def keys_of(settings: Settings, ids: Iterable[str]) -> list[str]:
    """Return our keys of templates by WeChat's ids; ids that are not ours are left out."""
    keys = {template_id: key for key, template_id in template_ids(settings).items()}
    return [keys[template_id] for template_id in ids if template_id in keys]


def balances_of(session: Session, identity_id: int) -> dict[str, int]:
    """Return what a person still agrees to, by template."""
    return {template: balance for (_, template), balance in quotas.balances(session, [identity_id]).items()}


def take_answers(
    session: Session,
    answers: Iterable[tuple[str, bool]],
    *,
    identity_id: int,
    settings: Settings,
    now: datetime,
) -> None:
    """Note what a person answered in the mini-program, by template id.

    Raises DomainError 409 `not_in_the_mini_program`, 422 `unknown_template`.
    """
    if session.get_one(WechatIdentity, identity_id).app_id != accounts.mini_program_of(settings):
        raise conflict(PushErrorCode.not_in_the_mini_program, "订阅消息只能在小程序里授权")
    keys = {template_id: key for key, template_id in template_ids(settings).items()}
    answered = list(answers)
    if not {template_id for template_id, _ in answered} <= keys.keys():
        raise DomainError(PushErrorCode.unknown_template, "没有这个消息模板，请更新小程序后再试")
    accepted = {keys[template_id] for template_id, is_accepted in answered if is_accepted}
    quotas.accept(session, identity_id=identity_id, templates=accepted, now=now)
