"""What commands need of the world besides files: a way to HTTP and a clock. Tests hand in their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import click
import httpx


@dataclass(frozen=True, slots=True)
class Outside:
    """`transport` None is the network; `clock` tells unix seconds."""

    transport: httpx.BaseTransport | None = None
    clock: Callable[[], float] = time.time


pass_outside = click.make_pass_decorator(Outside, ensure=True)
