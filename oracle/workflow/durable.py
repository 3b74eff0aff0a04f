"""Durable steps that wait out whatever the world may mend, and that end with the process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from dbos import DBOS

from holdfast.domain.errors import Action, HoldfastError

logger = logging.getLogger("holdfast.workflow")

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


class Stopping(BaseException):
    """The process ends: the step neither succeeded nor failed, so the next start does it again.

    Not an `Exception`: no handler may take it for the step's result, and it is never written down.
    """


class Pauses:
    """Pauses that the end of the process cuts short."""

    def __init__(self) -> None:
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End all pauses, now and to come."""
        self._stopping.set()

    def pause(self, seconds: float) -> None:
        """Wait. Raises Stopping when the process ends."""
        if self._stopping.wait(seconds):
            raise Stopping


def worth_retrying(error: BaseException) -> bool:
    """Retry what the world may mend: a node, a store, the WMS or an attester that does not answer."""
    return isinstance(error, HoldfastError) and error.action is Action.RETRY


def durable(
    step: Callable[..., Any],
    pauses: Pauses,
    give_up_at: Callable[[str], int] | None = None,
) -> Callable[..., Any]:
    """A DBOS step on an order that is tried again, with growing pauses, until `give_up_at` (unix seconds).

    Without `give_up_at` it is tried for ever: what has been promised to the chain cannot be dropped, since
    its nonce would stay open and hold up everything behind it.
    """

    def run(order_id: str, *args: Any, **named: Any) -> Any:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return step(order_id, *args, **named)
            except HoldfastError as error:
                if not worth_retrying(error) or (give_up_at and _late(give_up_at, order_id, pause_s)):
                    raise
                logger.warning("order %s, %s: %s; again in %.1f s", order_id, step.__name__, error, pause_s)
            pauses.pause(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    run.__qualname__ = run.__name__ = step.__name__
    return DBOS.step(name=step.__name__)(run)


def _late(give_up_at: Callable[[str], int], order_id: str, pause_s: float) -> bool:
    """Whether the next try would come too late. Where nobody can say, it would not."""
    try:
        return time.time() + pause_s > give_up_at(order_id)
    except HoldfastError as error:
        if worth_retrying(error):
            return False
        raise
