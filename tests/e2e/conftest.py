"""The story is told once; every test then looks at what is true afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.events import ChainEvent
from holdfast.chain.facts import Chain, open_chain
from scripts.demo.chain import running_chain
from tests.e2e.told import Told, tell_once


@pytest.fixture(scope="session")
def told() -> Told:
    """The story as `holdfast demo --once --fresh` tells it."""
    return tell_once()


@pytest.fixture
def chain(told: Told) -> Iterator[Chain]:
    """The story's chain, started again from its state file: nothing else runs."""
    deployment, genesis = load_deployment(told.home.deployment)
    with running_chain(told.home) as url:
        yield open_chain(ChainSettings(url, deployment, genesis))


@pytest.fixture
def events(chain: Chain) -> list[ChainEvent]:
    """Everything our contracts ever said, in order."""
    first = chain.connection.deployment.block
    return list(chain.events.events(first, chain.connection.head().number))
