"""The cast of this room's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from regulars.conversations.tests.watched_sender import Provider, Start, Watch, Worker
    from tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    from tests.cast import make_cast  # Django is not set up yet when pytest reads this file

    return make_cast()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """The time that senders under test go by; their rounds are quick."""
    from regulars.conversations import delivering
    from regulars.conversations.tests.watched_sender import Watch

    watch = Watch()
    monkeypatch.setattr(delivering, "monotonic", watch)
    monkeypatch.setattr(delivering, "ROUND_SECONDS", 0.005)
    monkeypatch.setattr(delivering, "IDLE_SECONDS", 0.005)
    return watch


@pytest.fixture
def start(database_url: str, watch: Watch) -> Iterator[Start]:
    from regulars.conversations.tests.watched_sender import Worker

    workers: list[Worker] = []

    def start(provider: Provider) -> Worker:
        workers.append(Worker(provider, database_url))
        workers[-1].start()
        return workers[-1]

    yield start
    for worker in workers:
        worker.finish()


@pytest.fixture
def provider() -> Provider:
    from regulars.conversations.tests.watched_sender import Provider

    return Provider()
