"""The accounts that hold conversations, with the keys of their callbacks."""

from bot.messages import ChatChannel
from server.config import Settings
from server.pushes.channels import accounts
from server.wechat.envelope import Envelope
from server.wechat.sandbox.accounts import CALLBACK_AES_KEY, CALLBACK_TOKEN


def envelope_of(settings: Settings, channel: ChatChannel) -> Envelope | None:
    """Return how an account's posts are opened, or None if it takes none."""
    app_id = app_id_of(settings, channel)
    if settings.sandbox:
        return Envelope(app_id, CALLBACK_TOKEN, CALLBACK_AES_KEY)
    official = channel is ChatChannel.official
    token = settings.official_token if official else settings.work_token
    aes_key = settings.official_aes_key if official else settings.work_aes_key
    return Envelope(app_id, token, aes_key) if app_id and token else None


def mini_program_envelope(settings: Settings) -> Envelope | None:
    """Return how the mini-program's posts are opened, or None if it takes none."""
    app_id = accounts.mini_program_of(settings)
    if settings.sandbox:
        return Envelope(app_id, CALLBACK_TOKEN, CALLBACK_AES_KEY)
    token = settings.wechat_token
    return Envelope(app_id, token, settings.wechat_aes_key) if token else None


def app_id_of(settings: Settings, channel: ChatChannel) -> str:
    return accounts.official_of(settings) if channel is ChatChannel.official else accounts.corporation_of(settings)
