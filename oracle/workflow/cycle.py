"""The collecting cycle: what happens to one order, from the queue to the chain.

Every step is durable: after a crash the workflow goes on behind the last step that was written down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbos import DBOS

from holdfast.domain.errors import Action, HoldfastError, Refused
from holdfast.store.records_types import OrderStatus
from oracle.workflow.quorum import NoQuorum
from oracle.workflow.steps import Steps

ATTEMPTS = 8


def worth_retrying(error: BaseException) -> bool:
    """Retry what the world may mend: a node, a store, the WMS or an attester that does not answer."""
    return isinstance(error, HoldfastError) and error.action is Action.RETRY


def durable(step: Callable[..., Any]) -> Callable[..., Any]:
    """A DBOS step that is retried with growing pauses."""

    def run(*args: Any, **named: Any) -> Any:
        return step(*args, **named)

    run.__qualname__ = run.__name__ = step.__name__
    return DBOS.step(
        name=step.__name__,
        retries_allowed=True,
        max_attempts=ATTEMPTS,
        interval_seconds=0.5,
        backoff_rate=2.0,
        should_retry=worth_retrying,
    )(run)


def build_cycle(steps: Steps) -> Callable[[str], str]:
    """Register the workflow over these steps; returns it. Call before DBOS is launched."""
    opened, collected, attested = durable(steps.open), durable(steps.collect), durable(steps.attest)
    reserved, broadcast, finished = durable(steps.reserve), durable(steps.broadcast), durable(steps.finish)
    status = durable(steps.records.set_status)

    @DBOS.workflow(name="order")
    def carry_out(order_id: str) -> str:
        try:
            code = opened(order_id)
            bundle = collected(order_id, code)
            if bundle["decision"] != "ACCEPT":
                raise Refused("verdict", f"{bundle['decision']}: " + "; ".join(bundle["reasons"]))
            status(order_id, OrderStatus.ATTESTING)
            signatures = attested(order_id, bundle)
            status(order_id, OrderStatus.SUBMITTING)
            tx_hash = reserved(order_id, bundle, signatures)
            broadcast(order_id)
            finished(order_id, bundle, tx_hash)
            return "final"
        except NoQuorum as error:
            status(order_id, OrderStatus.EXCEPTION, reason=error.reason, detail=str(error))
        except Refused as error:
            status(order_id, OrderStatus.REFUSED, reason=error.reason, detail=str(error))
        except HoldfastError as error:
            # Tried again and again, or bad input: an exception for people to look at, never a mint.
            end = OrderStatus.EXCEPTION if worth_retrying(error) else OrderStatus.REFUSED
            status(order_id, end, reason=error.code, detail=str(error))
        return "ended"

    return carry_out
