"""Headers and seals: seven real ones where the fixtures are at hand, and our own by the same rule always."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast.domain.errors import HoldfastError, InvalidInput
from holdfast.proof import qbft
from holdfast.proof.errors import ProofRejected
from holdfast.proof.header import REQUIRED, Header, header_from_json, header_from_rpc
from holdfast.proof.qbft import Vote, parse_extra_data, seals_needed, verify_seals
from holdfast.proof.trie import ProofTrie, read_account, read_word
from tests.unit.proof import sealing
from tests.unit.proof.data import shared

Block = dict[str, Any]


def verified(block: Block, validators: list[bytes]) -> tuple[bytes, ...]:
    """The whole rule: the hash is the header's and the set sealed it."""
    header = header_from_rpc(block)
    extra = parse_extra_data(header.extra_data)
    if qbft.block_hash(header, extra) != bytes.fromhex(block["hash"][2:]):
        raise ProofRejected("hash differs")
    return verify_seals(header, extra, validators)


def as_block(header: Header) -> Block:
    return {**header.to_json(), "hash": "0x" + sealing.hash_of(header).hex(), "size": "0x2ff", "uncles": []}


def own_headers() -> list[tuple[Block, list[bytes]]]:
    validators = list(sealing.VALIDATORS)
    drop = Vote(sealing.address(2), add=False)
    add = Vote(sealing.address(9), add=True)
    three = validators[:3]
    headers = [
        (sealing.sealed(sealing.unsealed()), validators),
        (sealing.sealed(sealing.unsealed(round_=1), (1, 2, 3)), validators),
        (sealing.sealed(sealing.unsealed(round_=300, vote=drop), (3, 2, 0)), validators),
        (sealing.sealed(sealing.unsealed(vote=add)), validators),
        (sealing.sealed(sealing.unsealed(validators=three), (0, 2)), three),
    ]
    return [(as_block(header), trusted) for header, trusted in headers]


def real_headers() -> list[tuple[Block, list[bytes]]]:
    return [
        (entry["header"], [bytes.fromhex(v[2:]) for v in entry["validators_that_must_have_sealed"]])
        for entry in shared("qbft-headers.json")["headers"]
    ]


SOURCES = {"own": own_headers, "real": real_headers}


@pytest.fixture(params=list(SOURCES))
def headers(request: pytest.FixtureRequest) -> list[tuple[Block, list[bytes]]]:
    return SOURCES[request.param]()


def edits(block: Block) -> Iterator[tuple[str, Block]]:
    """One bit of every byte of every hashed field, and of the hash."""
    for name, shape in (*REQUIRED, ("hash", 32)):
        text = block[name]
        if shape == "number":
            yield name, {**block, name: hex(int(text, 16) ^ 1)}
            continue
        raw = bytes.fromhex(text[2:])
        for at in range(len(raw)):
            edited = bytearray(raw)
            edited[at] ^= 1 << at % 8
            yield f"{name} byte {at}", {**block, name: "0x" + edited.hex()}


def test_header__sealed_by_its_set__verifies(headers: list[tuple[Block, list[bytes]]]) -> None:
    for block, validators in headers:
        assert len(verified(block, validators)) >= seals_needed(len(validators))


def test_header__any_single_edit__is_refused(headers: list[tuple[Block, list[bytes]]]) -> None:
    for block, validators in headers:
        for what, edited in edits(block):
            with pytest.raises(HoldfastError):
                pytest.fail(f"{what} of block {block['number']}: {verified(edited, validators)}")


def test_header__edited_with_its_hash_made_to_fit__is_refused_by_the_seals(
    headers: list[tuple[Block, list[bytes]]],
) -> None:
    for block, validators in headers:
        for what, edited in edits(block):
            try:
                header = header_from_rpc(edited)
                fitting = {**edited, "hash": "0x" + sealing.hash_of(header).hex()}
            except HoldfastError:
                continue
            if fitting["hash"] == block["hash"] and edited["extraData"] == block["extraData"]:
                continue  # the edit was of the hash alone, now undone
            with pytest.raises(ProofRejected):
                pytest.fail(f"{what} of block {block['number']}: {verified(fitting, validators)}")


def test_seals__left_out_repeated_foreign_or_mirrored__are_refused(
    headers: list[tuple[Block, list[bytes]]],
) -> None:
    for block, validators in headers:
        header = header_from_rpc(block)
        seals = parse_extra_data(header.extra_data).seals
        foreign = sealing.key(4).sign_recoverable(
            qbft.commit_hash(header, parse_extra_data(header.extra_data)), hasher=None
        )
        wrong = {
            "sealed; ": [seals[1:], seals[:-1], ()],
            "repeats validator": [(*seals, seals[0]), (seals[0], seals[0], *seals[1:-1])],
            "no validator of the trusted set": [(*seals, foreign), (foreign, *seals[1:])],
            "malformed": [
                (*seals[:-1], sealing.mirrored(seals[-1])),
                (*seals[:-1], seals[-1][:64]),
                (*seals[:-1], seals[-1] + b"\x00"),
                (*seals[:-1], seals[-1][:64] + bytes([seals[-1][64] + 27])),
                (*seals[:-1], bytes(65)),
                (*seals[:-1], b"\xff" * 64 + b"\x00"),
                (*seals[:-1], b""),
            ],
        }
        for why, cases in wrong.items():
            for case in cases:
                edited = sealing.with_seals(header, case)
                expected = "seals for" if len(case) > len(validators) else why
                with pytest.raises(ProofRejected, match=expected):
                    verify_seals(edited, parse_extra_data(edited.extra_data), validators)


def test_seals__in_another_order__verify() -> None:
    header = sealing.sealed(sealing.unsealed(), (3, 0, 1, 2))
    assert len(verified(as_block(header), list(sealing.VALIDATORS))) == 4


def test_seals__by_another_set_than_trusted__are_refused(headers: list[tuple[Block, list[bytes]]]) -> None:
    block, validators = headers[0]
    for other in (validators[:-1], [*validators, sealing.address(9)], [*validators[:-1], sealing.address(9)]):
        with pytest.raises(ProofRejected, match="are not the"):
            verified(block, other)


def test_seals__header_without_validators__is_refused_and_says_why() -> None:
    header = sealing.sealed(sealing.unsealed(validators=()))
    with pytest.raises(ProofRejected, match="by contract"):
        verified(as_block(header), list(sealing.VALIDATORS))


def test_seals__of_a_plain_hash_instead_of_the_commit_hash__are_refused() -> None:
    header = sealing.unsealed(round_=2)
    digest = sealing.hash_of(header)  # round 0: what the block hash covers, not what is sealed
    seals = [sealing.key(i).sign_recoverable(digest, hasher=None) for i in range(3)]
    with pytest.raises(ProofRejected, match="no validator"):
        verified(as_block(sealing.with_seals(header, seals)), list(sealing.VALIDATORS))


@pytest.mark.parametrize(
    ("validators", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (10, 7)]
)
def test_seals_needed__n_validators__is_two_thirds_rounded_up(validators: int, needed: int) -> None:
    assert seals_needed(validators) == needed


def test_header__optional_fields__end_at_the_first_absent_one() -> None:
    fields = sealing.unsealed().to_json()
    london = header_from_rpc({**fields, "baseFeePerGas": "0x7"})
    assert len(london.items) == 16
    assert (
        header_from_rpc(
            {**fields, "baseFeePerGas": 7, "withdrawalsRoot": None, "requestsHash": "0x" + "11" * 32}
        )
        == london
    )
    assert len(header_from_json(fields).items) == 15
    with pytest.raises(InvalidInput, match="withdrawalsRoot"):
        header_from_json({**fields, "withdrawalsRoot": "0x" + "11" * 32})
    with pytest.raises(InvalidInput, match="size"):
        header_from_json({**fields, "size": "0x1"})


@pytest.mark.parametrize("value", ["0x01", "0X1", "1", "0x", "0xG", 1, None, "0x1 ", "0x" + "f" * 65, "0xA"])
def test_header__number_in_another_form__is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="number"):
        header_from_json({**sealing.unsealed().to_json(), "number": value})


@pytest.mark.parametrize("value", ["0x" + "AA" * 32, "aa" * 32, "0x" + "aa" * 31, "0x" + "a" * 63, 5, None])
def test_header__hash_in_another_form__is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="stateRoot"):
        header_from_json({**sealing.unsealed().to_json(), "stateRoot": value})


def test_header__from_web3__is_the_same() -> None:
    fields = sealing.sealed(sealing.unsealed()).to_json()
    loose: Block = {
        name: int(fields[name], 16) if shape == "number" else bytes.fromhex(fields[name][2:])
        for name, shape in REQUIRED
    }
    loose["proofOfAuthorityData"] = loose.pop("extraData")
    assert header_from_rpc(loose) == header_from_json(fields)


def test_fixture_bundle__owner_of_a_token__is_proved_under_its_sealed_header() -> None:
    fixture = shared("qbft-title-bundle.json")
    block, proof = fixture["bundle"]["header"], fixture["bundle"]["proof"]
    assert len(verified(block, [bytes.fromhex(v) for v in fixture["vals"]])) == 3
    nodes = [bytes.fromhex(n[2:]) for n in proof["accountProof"]]
    state = ProofTrie(bytes.fromhex(block["stateRoot"][2:]), "state")
    account = read_account(state.read([bytes.fromhex(proof["address"][2:])], nodes)[0], "contract")
    slot = proof["storageProof"][0]
    path = [bytes.fromhex(n[2:]) for n in slot["proof"]]
    key = bytes.fromhex(slot["key"][2:])

    def owner(nodes: list[bytes]) -> int:
        return read_word(ProofTrie(account.storage_root, "storage").read([key], nodes)[0], "owner")

    assert owner(path) == int(fixture["holder"], 16)
    for place, node in enumerate(path):
        for at in range(0, len(node), 7):
            edited = node[:at] + bytes([node[at] ^ 1]) + node[at + 1 :]
            with pytest.raises(ProofRejected):
                owner([*path[:place], edited, *path[place + 1 :]])
        with pytest.raises(ProofRejected):
            owner(path[:place] + path[place + 1 :])
