"""A refusal that a test expects."""

from collections.abc import Callable

import pytest

from server.errors import DomainError


def refused(code: str, act: Callable[[], object]) -> DomainError:
    """Expect a refusal with this code and return it."""
    with pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code
    return caught.value
