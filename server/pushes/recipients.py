"""By which names a person receives: as a member, as an account, or as both."""

from server.identity.rules import Actor


def of_member(member_id: int) -> str:
    return f"member:{member_id}"


def of_account(account_id: int) -> str:
    return f"account:{account_id}"


def names_of(actor: Actor) -> tuple[str, ...]:
    """Return the names of a caller; none until he is bound."""
    names = []
    if actor.member_id is not None:
        names.append(of_member(actor.member_id))
    if actor.account_id is not None:
        names.append(of_account(actor.account_id))
    return tuple(names)
