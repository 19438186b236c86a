"""A clock that stands still, and a job that notes when it runs."""

from collections.abc import Iterator

import pytest
import time_machine
from time_machine import Traveller

from tests.cast import MORNING as NOW
from tests.service.jobs.recorder import Recorder


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()
