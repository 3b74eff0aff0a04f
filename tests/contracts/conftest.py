"""One consortium for all tests; each test begins where it was founded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.acts_harness import ActsWorld
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


@pytest.fixture(scope="session")
def founded_acts() -> ActsWorld:
    return ActsWorld()


@pytest.fixture
def acts(founded_acts: ActsWorld) -> Iterator[ActsWorld]:
    snapshot = founded_acts.chain.snapshot()
    committee = founded_acts.committee
    yield founded_acts
    founded_acts.chain.revert(snapshot)
    founded_acts.committee = committee
