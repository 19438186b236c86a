"""How pushes look on the wire."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from server.identity.access import Context
from server.identity.rules import Permission, reach
from server.organizations.queries import account_names
from server.pushes import subscriptions, wording
from server.pushes.catalogue import CATALOGUE
from server.pushes.groups import GROUPS
from server.pushes.models import Push
from server.pushes.moments import MOMENTS
from server.pushes.preferences import Preferences
from server.pushes.rules import Channel, Occasion, PushStatus
from server.pushes.schemas import (
    MessageLineOut,
    MessageOut,
    OccasionChoiceOut,
    OccasionGroupOut,
    PushPreferencesOut,
    SubscriptionOut,
    SubscriptionsOut,
    SubscriptionsQuery,
    UnreachedCountsOut,
    UnreachedOut,
    UnreachedPlaceOut,
)
from server.pushes.unreachable import Unreached, UnreachedCount


def message(push: Push) -> MessageOut:
    occasion, status = Occasion(push.occasion), PushStatus(push.status)
    channel = Channel(push.channel) if push.channel else None
    entry = CATALOGUE[occasion]
    lines = [(field.label, push.content.get(field.key)) for field in entry.fields]
    return MessageOut(
        id=push.id,
        occasion=occasion,
        occasion_title=entry.title,
        title=push.title,
        lines=[MessageLineOut(label=label, text=text) for label, text in lines if text],
        page=push.page,
        at=push.due_at,
        read_at=push.read_at,
        status=status,
        outcome=wording.outcome(status, channel, push.reason, told=push.told_at is not None),
    )


def preferences(chosen: Preferences) -> PushPreferencesOut:
    return PushPreferencesOut(
        quiet_from=chosen.quiet.begin,
        quiet_until=chosen.quiet.end,
        hides_figures=chosen.hides_figures,
        groups=[
            OccasionGroupOut(
                title=group.title,
                occasions=[
                    OccasionChoiceOut(
                        occasion=occasion, title=CATALOGUE[occasion].title, muted=occasion in chosen.muted
                    )
                    for occasion in group.occasions
                ],
            )
            for group in GROUPS
        ],
    )


def subscription(template: str, template_id: str, balances: Mapping[str, int]) -> SubscriptionOut:
    told = [entry.title for entry in CATALOGUE.values() if entry.template == template]
    return SubscriptionOut(
        template=template, template_id=template_id, occasions=told, balance=balances.get(template, 0)
    )


def unreached(session: Session, rows: Sequence[Unreached]) -> list[UnreachedOut]:
    names = account_names(session, [row.push.told_by for row in rows])
    return [_unreached(row, names) for row in rows]


def _unreached(row: Unreached, names: Mapping[int, str]) -> UnreachedOut:
    push, status = row.push, PushStatus(row.push.status)
    return UnreachedOut(
        push_id=push.id,
        member_id=push.member_id,
        name=row.name,
        organization_title=row.organization_title,
        occasion_title=CATALOGUE[Occasion(push.occasion)].title,
        status=status,
        reason=wording.reason(status, push.reason),
        since=push.finished_at or push.due_at,
        read_at=push.read_at,
        told_by=names.get(push.told_by) if push.told_by is not None else None,
        told_at=push.told_at,
    )


def counts(places: Sequence[UnreachedCount]) -> UnreachedCountsOut:
    return UnreachedCountsOut(
        unreachable=sum(place.unreachable for place in places),
        unknown=sum(place.unknown for place in places),
        settled=sum(place.settled for place in places),
        places=[
            UnreachedPlaceOut(
                organization_id=place.organization_id,
                organization_title=place.title,
                unreachable=place.unreachable,
                unknown=place.unknown,
                settled=place.settled,
            )
            for place in places
        ],
    )


def subscriptions_out(context: Context, query: SubscriptionsQuery) -> SubscriptionsOut:
    balances = subscriptions.balances_of(context.session, context.actor.identity_id)
    templates = subscriptions.template_ids(context.settings)
    ask: list[str] = []
    if query.moment is not None:
        officer = bool(reach(context.actor, Permission.claim_review))
        ask = MOMENTS.worth_asking(query.moment, balances, officer=officer, at_most=query.at_most)
    return SubscriptionsOut(
        items=[subscription(key, template_id, balances) for key, template_id in templates.items()],
        ask=[templates[key] for key in ask if key in templates],
    )
