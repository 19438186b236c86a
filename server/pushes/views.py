"""推送 over HTTP, for the caller: their inbox, what they choose, and what they agreed to receive."""

from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.presentation import Page, decode_time_cursor, page_of
from server.pushes import inbox, preferences, present, recipients, subscriptions
from server.pushes.preferences import Preferences
from server.pushes.rules import QuietHours
from server.pushes.schemas import (
    MessageOut,
    MessagesQuery,
    PushPath,
    PushPreferencesIn,
    PushPreferencesOut,
    SubscriptionAnswersIn,
    SubscriptionsOut,
    SubscriptionsQuery,
    UnreadOut,
)

api = Api("pushes", __name__, tag="消息与推送")


@api.guarded("GET", "/me/inbox", permission=Permission.signed_in, responses={200: Page[MessageOut]})
def list_my_messages(context: Context, query: MessagesQuery) -> Page[MessageOut]:
    """本人的站内消息，最近的在前；没能经微信送达的也在这里"""
    rows = inbox.received(
        context.session,
        _names(context),
        unread_only=query.unread_only,
        before=decode_time_cursor(query.cursor),
        limit=query.one_more,
        now=context.now,
    )
    page, cursor = page_of(query, rows, lambda row: (row.due_at, row.id))
    return Page[MessageOut](items=[present.message(push) for push in page], next_cursor=cursor)


@api.guarded("GET", "/me/inbox/unread", permission=Permission.signed_in, responses={200: UnreadOut})
def count_my_unread_messages(context: Context) -> UnreadOut:
    """本人未读的站内消息数"""
    return UnreadOut(unread=inbox.unread(context.session, _names(context), now=context.now))


@api.guarded("POST", "/me/inbox/<int:push_id>/read", permission=Permission.signed_in, responses={200: MessageOut})
def read_my_message(context: Context, path: PushPath) -> MessageOut:
    """一条站内消息已读"""
    return present.message(inbox.read(context.session, _names(context), path.push_id, now=context.now))


@api.guarded("POST", "/me/inbox/read", permission=Permission.signed_in, responses={200: UnreadOut})
def read_all_my_messages(context: Context) -> UnreadOut:
    """全部站内消息已读"""
    inbox.read_all(context.session, _names(context), now=context.now)
    return UnreadOut(unread=0)


@api.guarded("GET", "/me/push-preferences", permission=Permission.signed_in, responses={200: PushPreferencesOut})
def get_my_push_preferences(context: Context) -> PushPreferencesOut:
    """本人的推送设置：免打扰时段、是否显示分数、哪些只留站内"""
    names = _names(context)
    return present.preferences(preferences.of(context.session, names)[names[0]])


@api.guarded("PUT", "/me/push-preferences", permission=Permission.signed_in, responses={200: PushPreferencesOut})
def choose_my_push_preferences(context: Context, body: PushPreferencesIn) -> PushPreferencesOut:
    """更改本人的推送设置"""
    quiet = QuietHours(body.quiet_from, body.quiet_until)
    chosen = Preferences(quiet, body.hides_figures, frozenset(body.muted))
    preferences.choose(context.session, _names(context), chosen, now=context.now)
    return present.preferences(chosen)


@api.guarded("GET", "/me/subscriptions", permission=Permission.signed_in, responses={200: SubscriptionsOut})
def list_my_subscriptions(context: Context, query: SubscriptionsQuery) -> SubscriptionsOut:
    """本人订阅消息的余量，以及此刻值得请求授权的模板"""
    return present.subscriptions_out(context, query)


@api.guarded("POST", "/me/subscriptions", permission=Permission.signed_in, responses={200: SubscriptionsOut})
def answer_subscriptions(context: Context, body: SubscriptionAnswersIn) -> SubscriptionsOut:
    """上报 wx.requestSubscribeMessage 的结果；请带 Idempotency-Key，以免重复计数"""
    subscriptions.take_answers(
        context.session,
        [(answer.template_id, answer.accepted) for answer in body.answers],
        identity_id=context.actor.identity_id,
        settings=context.settings,
        now=context.now,
    )
    return present.subscriptions_out(context, SubscriptionsQuery())


def _names(context: Context) -> tuple[str, ...]:
    """Return the names under which the caller receives. Raises DomainError `not_bound`."""
    return recipients.names(member_id=context.actor.member_id, account_id=context.account_id)
