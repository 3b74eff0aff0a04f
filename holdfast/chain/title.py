"""A title proof file from a live node: asks once, at one block, and assembles what proof verifies."""

from __future__ import annotations

import json
from typing import Any

from eth_utils import to_canonical_address
from web3 import Web3

from holdfast.chain.facts import Chain
from holdfast.domain.errors import InvalidInput, Refused, Unreachable
from holdfast.domain.receipts import receipt_hex
from holdfast.proof.build import TitleMaterial, build_bundle, title_storage_keys


def read_title(chain: Chain, receipt_id: int) -> dict[str, Any]:
    """The title proof of a receipt at the newest block, as JSON.

    Raises Refused (`unknown-receipt`) if the receipt does not stand, Unreachable if the node does not
    answer or cannot prove.
    """
    connection = chain.connection
    deployment, w3 = connection.deployment, connection.w3
    head = connection.head()
    state = chain.receipts.receipt(receipt_id, head.number)
    if state is None or not state.quantity_g:
        raise Refused("unknown-receipt", f"receipt {receipt_hex(receipt_id)} does not stand on the chain")
    keys = title_storage_keys(receipt_id, state.lot_id, [state.holder, state.operator, state.first_pledgee])

    def ask(method: str, parameters: list[Any]) -> Any:
        # Raw JSON-RPC: middleware that reformats headers would change what is hashed.
        answer = connection.ask(method, lambda: w3.provider.make_request(method, parameters))  # type: ignore[arg-type]
        if answer.get("result") is None:
            raise Unreachable("proof", connection.settings.rpc_url, str(answer.get("error", "no result")))
        return answer["result"]

    number = hex(head.number)
    proofs = [
        ask("eth_getProof", [Web3.to_checksum_address(address), ["0x" + key.hex() for key in wanted], number])
        for address, wanted in (
            (deployment.warehouse_receipt, keys.warehouse_receipt),
            (deployment.consortium, keys.consortium),
        )
    ]
    try:
        bundle = build_bundle(
            TitleMaterial(
                chain_id=deployment.chain_id,
                genesis_hash=bytes.fromhex(connection.settings.genesis_hash[2:]),
                warehouse_receipt=to_canonical_address(deployment.warehouse_receipt),
                consortium=to_canonical_address(deployment.consortium),
                receipt_id=receipt_id,
                header=ask("eth_getBlockByNumber", [number, False]),
                receipt_proof=proofs[0],
                consortium_proof=proofs[1],
            )
        )
    except InvalidInput as error:
        raise Unreachable("proof", connection.settings.rpc_url, str(error)) from error
    found: dict[str, Any] = json.loads(bundle.to_bytes())
    return found
