"""The names under which a person receives: as a member, as an account, or as both."""


def names(*, member_id: int | None, account_id: int) -> tuple[str, ...]:
    """Return a person's names, the usual one first."""
    as_account = f"account:{account_id}"
    return (as_account,) if member_id is None else (f"member:{member_id}", as_account)
