"""The collecting cycle: what happens to one order, from the queue to the chain.

Every step is durable: after a crash the workflow goes on behind the last step that was written down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from dbos import DBOS
from dbos import error as dbos_error

from holdfast.domain.errors import Action, HoldfastError, Refused
from holdfast.store.records_types import OrderStatus
from oracle.workflow.durable import durable
from oracle.workflow.papers import Way
from oracle.workflow.quorum import NoQuorum
from oracle.workflow.steps import Steps

logger = logging.getLogger("holdfast.workflow")


def build_cycle(steps: Steps) -> Callable[[str], str]:
    """Register the workflow over these steps; returns it. Call before DBOS is launched."""
    until, pauses = steps.deadline, steps.pauses
    # Until something is committed for the chain, an order waits for the world as long as it is good for ...
    planned, opened = durable(steps.plan, pauses, until), durable(steps.open, pauses, until)
    collected, followed = durable(steps.collect, pauses, until), durable(steps.follow_up, pauses, until)
    attested, reserved = durable(steps.attest, pauses, until), durable(steps.reserve, pauses, until)
    # ... and from then on for ever: whether it happened is the chain's to say.
    broadcast, finished = durable(steps.broadcast, pauses), durable(steps.finish, pauses)
    concluded, status = durable(steps.conclude, pauses), durable(steps.records.set_status, pauses)

    @DBOS.workflow(name="order")
    def carry_out(order_id: str) -> str:
        written: str | None = None
        try:
            way, bundle, signatures = planned(order_id), None, []
            if way != Way.SIGNED:
                bundle = collected(order_id, opened(order_id))
                if not bundle["goes_on"]:
                    followed(order_id, bundle)
                    if way == Way.ATTESTED:
                        raise Refused("verdict", f"{bundle['decision']}: " + "; ".join(bundle["reasons"]))
                    concluded(order_id, bundle)
                    return "concluded"
                status(order_id, OrderStatus.ATTESTING)
                signatures = attested(order_id, bundle)
            status(order_id, OrderStatus.SUBMITTING)
            tx_hash = reserved(order_id, bundle, signatures)
            broadcast(order_id)
            written = tx_hash
            if bundle is not None:
                followed(order_id, bundle)
            finished(order_id, bundle, tx_hash)
            return "final"
        except NoQuorum as error:
            status(order_id, OrderStatus.EXCEPTION, reason=error.reason, detail=str(error))
        except HoldfastError as error:
            # The order's own fault refuses it; the world's or ours is for people to look at. Never a mint.
            # What the chain has carried out was not refused, whatever failed behind it.
            refused = error.action is Action.SKIP and written is None
            end = OrderStatus.REFUSED if refused else OrderStatus.EXCEPTION
            reason = error.reason if isinstance(error, Refused) else error.code
            status(order_id, end, reason=reason, detail=str(error), tx_hash=written)
        except dbos_error.DBOSException:
            raise  # The workflow's own database: nothing was written down, so the next start goes on here.
        except Exception as error:
            logger.exception("order %s met a fault in Holdfast", order_id)
            what = f"a fault in Holdfast, to be found in the oracle's log: {type(error).__name__}"
            status(order_id, OrderStatus.EXCEPTION, reason="internal-fault", detail=what, tx_hash=written)
        return "ended"

    return carry_out
