"""One registry for all acts of this folder: every test has a lot of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.acts.people import People


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    made = People(tmp_path_factory.mktemp("workshop"))
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def shop(running: People) -> People:
    running.yard.seen = running.yard.weighed_g = None
    running.other_lot()
    return running
