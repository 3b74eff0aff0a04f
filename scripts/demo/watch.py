"""The yard at work while the demonstration serves: whatever order asks for evidence gets it, truthfully.

So that members can try their own orders. What the trucks weigh and the cameras see is what really lies in
the bays, whoever claims otherwise: a second receipt on the same lot is refused, as in the story.
"""

from __future__ import annotations

import logging
import threading

import httpx

from cli.home import Home
from holdfast.attestation.typed_data import request_from_json
from holdfast.domain.acts import BondDeliveryOrder, BondJointDeliveryOrder, PartialDeliveryOrder
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import HoldfastError
from holdfast.domain.orders import DeliveryOrder
from holdfast.evidence.collection import read_document
from holdfast.store.records import Records, open_records
from holdfast.store.records_types import OrderStatus
from scripts.demo.chain import beat, heartbeat
from scripts.demo.lots import LOTS, PALLET_G, REALLY_THERE_G, Lot
from scripts.demo.yard import Yard

logger = logging.getLogger("holdfast.demo")
POLL_S = 0.5
_LEAVE = {
    kind.__name__ for kind in (DeliveryOrder, PartialDeliveryOrder, BondJointDeliveryOrder, BondDeliveryOrder)
}
"""Orders by which goods cross the bridge on their way out."""
UNDER_WAY = (OrderStatus.COLLECTING, OrderStatus.ATTESTING, OrderStatus.SUBMITTING)


class Watch:
    """Answers each open challenge of the site once, in a thread of its own."""

    def __init__(self, home: Home, yard: Yard, chain_url: str) -> None:
        self._yard = yard
        self._chain_url = chain_url
        self._records: Records = open_records(f"sqlite:///{home.records}")
        self._answered: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="yard", daemon=True)

    def start(self) -> None:
        """Begin to look for challenges."""
        self._thread.start()

    def stop(self) -> None:
        """End, in the middle of a collection if need be."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                if any(order.status in UNDER_WAY for order in self._records.open_orders()):
                    beat(self._chain_url)
                for code, order_id in self._yard.challenges():
                    if code not in self._answered:
                        self._answered.add(code)
                        self._answer(code, order_id)
            except (HoldfastError, httpx.HTTPError) as error:
                logger.warning("the yard could not answer: %s", error)

    def _answer(self, code: str, order_id: str) -> None:
        lot, weighed_g = self._asked(order_id)
        if lot is None:
            return
        with heartbeat(self._chain_url):
            if weighed_g:
                # Trucks of 25 t: as many as the goods need.
                self._yard.weigh(code, weighed_g, -(-weighed_g // (20 * PALLET_G)))
            self._yard.look(lot.bay, code, lot.ssccs)

    def _asked(self, order_id: str) -> tuple[Lot | None, int]:
        """The lot an order is about, and how many grams cross the bridge for it."""
        record = self._records.order(order_id)
        if record.primary_type == DepositRequest.__name__:
            terms = request_from_json(record.order).terms
            lot = next((lot for lot in LOTS if f'"lot":"{lot.number}"' in terms), None)
            return lot, REALLY_THERE_G.get(lot.number, lot.quantity_g) if lot else 0
        document = read_document(self._records.document(str(record.receipt_id)))
        lot = next((lot for lot in LOTS if lot.number == document.lot), None)
        leaves = record.primary_type in _LEAVE
        return lot, int(record.order["quantityG"]) if leaves else 0
