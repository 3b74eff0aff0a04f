"""One consortium of real processes for all tests that break it; put together again after each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.network import Network


@pytest.fixture(scope="session")
def consortium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    running = Network(tmp_path_factory.mktemp("consortium") / "home")
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def network(consortium: Network) -> Iterator[Network]:
    yield consortium
    consortium.heal()
