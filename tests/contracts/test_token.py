"""What wallets and explorers see: ERC-721, ERC-5192, ERC-165."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.evidence.cid import cid_of_bytes, digest_of_raw_cid
from tests.contracts.harness import (
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    TRADER,
    World,
    address_of,
    key_of,
    receipt_id,
    refused,
)

SOMEBODY = "0x" + "77" * 20


def test_token__name_and_symbol__said(world: World) -> None:
    assert (world.read("name"), world.read("symbol")) == ("Holdfast Warehouse Receipt", "HFWR")


@pytest.mark.parametrize(
    ("interface", "known"),
    [
        ("01ffc9a7", True),
        ("80ac58cd", True),
        ("5b5e139f", True),
        ("b45a3c0e", True),
        ("ffffffff", False),
        ("780e9d63", False),
    ],
)
def test_token__supports_interface__erc721_165_5192_only(world: World, interface: str, known: bool) -> None:
    assert world.read("supportsInterface", bytes.fromhex(interface)) is known


def test_token__owner_and_balance__follow_the_members_present_account(world: World) -> None:
    receipt = world.issued()
    old, new = address_of(key_of("member 2")), address_of(key_of("member 2, new"))
    assert world.read("ownerOf", receipt) == old.lower()
    assert (world.read("balanceOf", old), world.read("balanceOf", new)) == (1, 0)
    world.chain.send(world.consortium, "setMemberAccount", IMPORTER, new)
    assert world.read("ownerOf", receipt) == new.lower()
    assert (world.read("balanceOf", old), world.read("balanceOf", new)) == (0, 1)
    assert world.receipt(receipt)["holder"] == IMPORTER


def test_token__of_an_inactive_member__is_still_its_own(world: World) -> None:
    receipt = world.issued()
    world.chain.send(world.consortium, "setMemberActive", IMPORTER, False)
    assert world.read("ownerOf", receipt) == address_of(key_of("member 2")).lower()


def test_token__balance_of_nobody__refused(world: World) -> None:
    with refused("ERC721InvalidOwner", owner="0x" + "00" * 20):
        world.read("balanceOf", "0x" + "00" * 20)
    assert world.read("balanceOf", SOMEBODY) == 0


@pytest.mark.parametrize("function", ["ownerOf", "tokenURI", "getApproved", "locked"])
def test_token__never_issued_or_burned__does_not_exist(world: World, function: str) -> None:
    receipt = world.issued()
    world.submit(world.delivery_order(receipt))
    for token in (receipt, receipt_id(9), 0):
        with refused("ERC721NonexistentToken", tokenId=token):
            world.read(function, token)


def test_token__uri__is_the_documents_own_cid(world: World) -> None:
    receipt = world.issued()
    uri = world.read("tokenURI", receipt)
    assert uri == "ipfs://f01551220" + receipt.to_bytes(32).hex()
    assert digest_of_raw_cid(cid_of_bytes(b"document 1")) == receipt.to_bytes(32)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("approve", (SOMEBODY, 1)),
        ("setApprovalForAll", (SOMEBODY, True)),
        ("transferFrom", (SOMEBODY, SOMEBODY, 1)),
        ("safeTransferFrom", (SOMEBODY, SOMEBODY, 1)),
        ("safeTransferFrom", (SOMEBODY, SOMEBODY, 1, b"")),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value)),
)
def test_token__moved_as_an_erc721__refused(
    world: World, function: str, arguments: tuple[object, ...]
) -> None:
    receipt = world.issued()
    given = tuple(receipt if value == 1 and value is not True else value for value in arguments)
    with refused("MovesOnlyByOrder"):
        world.chain.send(world.receipts, function, *given, sender=address_of(key_of("member 2")))


def test_token__approvals__there_are_none(world: World) -> None:
    receipt = world.issued()
    assert world.read("getApproved", receipt) == "0x" + "00" * 20
    assert world.read("isApprovedForAll", address_of(key_of("member 2")), SOMEBODY) is False


def test_locked__suspended_or_expired__true(world: World) -> None:
    expires_at = world.chain.now_s + 5 * DAY_S
    world.submit(world.issue_order(replace(world.terms(1), expires_at=expires_at)))
    receipt = receipt_id(1)
    assert world.read("locked", receipt) is False
    world.submit(world.suspend_order(receipt), signers=(INSPECTOR, IOT))
    assert world.read("locked", receipt) is True
    world.submit(world.reinstate_order(receipt))
    world.chain.set_time(expires_at)
    assert world.read("locked", receipt) is False
    world.chain.set_time(expires_at + 1)
    assert world.read("locked", receipt) is True


def test_locked__events__name_the_token(world: World) -> None:
    receipt = world.issued()
    outcome = world.submit(world.suspend_order(receipt), signers=(BANK, INSPECTOR))
    assert outcome.event("Locked") == {"tokenId": receipt}
    assert world.submit(world.reinstate_order(receipt)).event("Unlocked") == {"tokenId": receipt}


def test_token__transfer__owner_changes(world: World) -> None:
    receipt = world.issued()
    world.submit(world.transfer_order(receipt))
    assert world.read("ownerOf", receipt) == address_of(key_of(f"member {TRADER}")).lower()
