"""Asking the chain what goods are worth, and whether that still covers what is lent on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from holdfast.chain.connection import Connection, named_struct
from holdfast.domain.encumbrances import PledgeState
from holdfast.domain.errors import Misconfigured, Refused
from holdfast.domain.valuation import Cover, GoodsValue

_WITHOUT_PRICE: Final = "lot-without-series"


class ValueReader:
    """Answers by contracts/Valuation.sol: values in minor units. Raises Unreachable on every read.

    Raises Misconfigured, on construction, if the deployment file names no Valuation.
    """

    def __init__(self, connection: Connection) -> None:
        address = connection.deployment.valuation
        if not address:
            raise Misconfigured("the deployment file names no valuation: ask for the present one")
        self._connection = connection
        self._contract = connection.contract("Valuation", address)

    def value(
        self, receipt_id: int, pledges: Sequence[PledgeState], block: int | str = "latest"
    ) -> GoodsValue | None:
        """What a receipt's goods are worth at a block; None if nobody said how its lot is valued."""
        try:
            minor, currency = self._ask("valueOf", block, receipt_id)
            price, prices = self._ask("priceOf", block, receipt_id)
        except Refused as error:
            return None if error.reason == _WITHOUT_PRICE else GoodsValue(missing=str(error))
        ltvs = tuple(self._loan_to_value(pledge, receipt_id, block) for pledge in pledges)
        return GoodsValue(minor, bytes(currency).decode("ascii", "replace"), price, prices, ltvs)

    def cover(self, pledge_id: int, receipt_ids: Sequence[int]) -> Cover:
        """What a pledge secures and needs, against the value of all receipts it covers, now.

        Raises Refused if one of them has no value, or not all are named.
        """
        answer = self._ask("coverOf", "latest", pledge_id, list(receipt_ids))
        found = named_struct(self._contract.abi, "coverOf", answer)
        currency = bytes(found["currency"]).decode("ascii", "replace")
        return Cover(currency, found["valueMinor"], found["securedMinor"], found["neededMinor"])

    def _loan_to_value(self, pledge: PledgeState, receipt_id: int, block: int | str) -> int | None:
        """Of a pledge on this receipt alone; a bond knows none."""
        if pledge.bond or pledge.receipts != 1:
            return None
        try:
            return int(self._ask("ltvOf", block, pledge.pledge_id, receipt_id))
        except Refused:  # in another currency than the price, or worth nothing
            return None

    def _ask(self, name: str, block: int | str, *arguments: Any) -> Any:
        function = self._contract.functions[name](*arguments)
        return self._connection.ask("value", lambda: function.call(block_identifier=block))
