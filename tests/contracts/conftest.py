"""One consortium for all tests; each test begins where it was founded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.harness import World


@pytest.fixture(scope="session")
def founded() -> World:
    return World()


@pytest.fixture
def world(founded: World) -> Iterator[World]:
    snapshot = founded.chain.snapshot()
    committee = founded.committee
    yield founded
    founded.chain.revert(snapshot)
    founded.committee = committee
