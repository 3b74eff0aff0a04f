"""Unit tests cannot open a network socket: what they need, they carry or fake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    # asyncio wakes its own loop over a Unix socket pair, which leads nowhere.
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
