"""A party's contract wallet is asked for its consent in the middle of an order: what can it do meanwhile?"""

from __future__ import annotations

import pytest
from eth_utils import to_checksum_address

from holdfast.chain.calldata import order_arguments
from holdfast.domain.orders import Order
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import IMPORTER, TRADER, address_of, key_of, refused

YES = "631626ba7e60e01b60005260206000f3"
WALLET = to_checksum_address("0x" + "5a" * 20)


def pushed(number: int) -> str:
    """PUSH2."""
    return f"61{number:04x}"


def wallet_that_calls(to: str, data: bytes) -> bytes:
    """Whoever asks: first send `data` to `to`, whatever comes of it, then consent."""
    call = f"60006000 82 6000 6000 73{to[2:]} 620f4240 f1 50"
    size = 10 + len(bytes.fromhex(call)) + len(bytes.fromhex(YES))
    copy = f"{pushed(len(data))} 80 {pushed(size)} 6000 39"
    return bytes.fromhex(copy + call + YES) + data


def wallet_that_consents_once(to: str, data: bytes, answer: str) -> bytes:
    """Consent if a view of `to` answers the address `answer` at the time of asking; revert otherwise."""
    ask = f"6020 6000 82 6000 73{to[2:]} 5a fa 50 6000 51 73{answer[2:]} 14"
    tail = len(bytes.fromhex(ask)) + 10
    code = f"{ask} {pushed(tail + 9)} 57 60006000fd 5b" + YES
    copy = f"{pushed(len(data))} 80 {pushed(10 + len(bytes.fromhex(code)))} 6000 39"
    return bytes.fromhex(copy + code) + data


def calldata(world: ActsWorld, order: Order) -> bytes:
    attested = world.attestation(order)
    function, arguments = order_arguments(
        order, world.party_signatures(order), attested, world.committee, world.quorum(attested)
    )
    return world.chain.calldata(world.receipts, function, *arguments)


def holder_is(world: ActsWorld, code: bytes) -> None:
    world.chain.set_code(WALLET, code)
    world.chain.send(world.consortium, "setMemberAccount", IMPORTER, WALLET)


@pytest.mark.parametrize("second", ["the same order", "another transfer", "a delivery"])
def test_wallet__sends_a_good_order_while_asked_for_another__only_the_one_asked_for_is_done(
    acts: ActsWorld, second: str
) -> None:
    mine, other = acts.issued(1), acts.issued(2)
    order = acts.transfer_order(mine)
    # Of another holder, so that it needs no wallet and would go through whoever sends it.
    acts.submit(acts.transfer_order(other))
    choices: dict[str, Order] = {
        "the same order": order,
        "another transfer": acts.transfer_order(other, transferee=IMPORTER, holder=TRADER),
        "a delivery": acts.delivery_order(other, holder=TRADER),
    }
    sent = choices[second]
    data = calldata(acts, sent)
    holder_is(acts, wallet_that_calls(acts.receipts, data))
    _, transferee = acts.party_signatures(order)
    before = acts.chain.call(acts.receipts, "receiptOf", other)
    acts.submit(order, parties=(b"", transferee))
    assert acts.receipt(mine)["holder"] == TRADER
    assert acts.seq(mine) == order.seq + 1
    assert acts.chain.call(acts.receipts, "receiptOf", other) == before
    if sent is not order:
        # The order itself was good, and the wallet able to send it: outside of a question it goes through.
        acts.chain.transact(WALLET, b"")
        assert acts.chain.call(acts.receipts, "receiptOf", other) != before


def test_wallet__looks_at_the_receipt_while_asked__sees_it_moved_already(acts: ActsWorld) -> None:
    """Nothing is left to be written after a wallet was asked: no half-done state that it could use."""
    mine = acts.issued(1)
    order = acts.transfer_order(mine)
    _, transferee = acts.party_signatures(order)
    owner = acts.chain.calldata(acts.receipts, "ownerOf", mine)
    new, old = address_of(key_of(f"member {TRADER}")), acts.read("ownerOf", mine)
    holder_is(acts, wallet_that_consents_once(acts.receipts, owner, old))
    with refused("WalletRefused", member=IMPORTER, account=WALLET.lower()):
        acts.submit(order, parties=(b"", transferee))
    acts.chain.set_code(WALLET, wallet_that_consents_once(acts.receipts, owner, new))
    acts.submit(order, parties=(b"", transferee))
    assert acts.receipt(mine)["holder"] == TRADER
