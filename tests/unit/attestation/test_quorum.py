"""Every subset of the committee: just the permitted ones make a quorum (design.md section 10)."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import combinations

import pytest

from holdfast.attestation.deposit import read_request, request_bytes
from holdfast.attestation.quorum import (
    Attester,
    Committee,
    QuorumRule,
    attester_from_word,
    check_quorum,
    sorted_signatures,
)
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import EvidenceRejected, InvalidInput, Refused
from holdfast.domain.members import Role
from holdfast.evidence.canonical import canonical_json
from tests.fakes.oracle import ATTESTING, BANK, INSPECTOR, IOT, NOW, OPERATOR, Warehouse, party

SUBSETS = [chosen for size in range(5) for chosen in combinations(ATTESTING, size)]


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse()


def quorum_of(warehouse: Warehouse, members: tuple[int, ...], rule: QuorumRule) -> tuple[Attester, ...]:
    attestation = warehouse.attestation(warehouse.issue())
    return check_quorum(
        warehouse.domain,
        warehouse.committee,
        rule,
        attestation,
        warehouse.signatures(attestation, members),
        now_s=NOW,
    )


@pytest.mark.parametrize("members", SUBSETS, ids=str)
def test_check_quorum__every_subset__only_three_with_operator_and_an_independent(
    warehouse: Warehouse, members: tuple[int, ...]
) -> None:
    rule = QuorumRule(3, OPERATOR, frozenset({2, 3}))
    permitted = len(members) >= 3 and OPERATOR in members and bool({BANK, INSPECTOR} & set(members))

    if permitted:
        assert {signer.member for signer in quorum_of(warehouse, members, rule)} == set(members)
    else:
        with pytest.raises(Refused):
            quorum_of(warehouse, members, rule)


@pytest.mark.parametrize("members", SUBSETS, ids=str)
def test_check_quorum__suspension__two_with_an_independent(
    warehouse: Warehouse, members: tuple[int, ...]
) -> None:
    permitted = len(members) >= 2 and bool({BANK, INSPECTOR} & set(members))

    if permitted:
        assert quorum_of(warehouse, members, QuorumRule(2, None, frozenset()))
    else:
        with pytest.raises(Refused):
            quorum_of(warehouse, members, QuorumRule(2, None, frozenset()))


@pytest.mark.parametrize("barred", ATTESTING)
def test_check_quorum__barred_member_among_four__refused(warehouse: Warehouse, barred: int) -> None:
    with pytest.raises(Refused) as caught:
        quorum_of(warehouse, ATTESTING, QuorumRule(3, OPERATOR, frozenset({barred})))
    assert caught.value.reason == "attester-has-interest"


def test_sorted_signatures__any_order__the_contracts(warehouse: Warehouse) -> None:
    attestation = warehouse.attestation(warehouse.issue())
    given = [
        party(f"attester {m}").sign(warehouse.domain, attestation) for m in (IOT, BANK, OPERATOR, INSPECTOR)
    ]

    right = warehouse.signatures(attestation, ATTESTING)
    assert sorted_signatures(warehouse.domain, attestation, given) == right
    assert sorted_signatures(warehouse.domain, attestation, given[::-1]) == right


def test_attester_word__packed__account_member_roles_zeros() -> None:
    attester = Attester("0x" + "Ab" * 20, 0x01020304, Role.BANK | Role.IOT_PROVIDER)
    word = attester.word()

    assert word.hex() == "ab" * 20 + "01020304" + "0084" + "00" * 6
    assert attester_from_word(word).word() == word


@pytest.mark.parametrize("bad", [b"", bytes(31), bytes(33), bytes(31) + b"\1"])
def test_attester_from_word__no_word__refused(bad: bytes) -> None:
    with pytest.raises(InvalidInput):
        attester_from_word(bad)


def test_committee_digest__any_value_changed__another() -> None:
    attesters = (Attester("0x" + "11" * 20, 1, Role.BANK), Attester("0x" + "22" * 20, 2, Role.INSPECTOR))
    base = Committee(1, 3600, 3, b"\1" * 32, attesters)
    others = [
        Committee(2, 3600, 3, b"\1" * 32, attesters),
        Committee(1, 3601, 3, b"\1" * 32, attesters),
        Committee(1, 3600, 2, b"\1" * 32, attesters),
        Committee(1, 3600, 3, b"\2" * 32, attesters),
        Committee(1, 3600, 3, b"\1" * 32, attesters[:1]),
        Committee(1, 3600, 3, b"\1" * 32, attesters[::-1]),
    ]

    assert len({committee.digest() for committee in [base, *others]}) == 7


# the depositor's request as a file


def test_read_request__good__signer_recovered(warehouse: Warehouse) -> None:
    data, signed = warehouse.signed(warehouse.request())

    assert signed.signer == party("member 2").account
    assert signed.countersigner == party("member 1").account
    assert read_request(data, warehouse.domain) == signed


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        canonical_json({"message": {}, "signatures": {"depositor": "0x", "operator": "0x"}}),
        canonical_json({"message": None, "signatures": {"depositor": "0x" + "11" * 65}}),
        canonical_json({"message": {}, "signature": "0x" + "11" * 65}),
    ],
)
def test_read_request__another_shape__refused_naming_the_file(warehouse: Warehouse, bad: bytes) -> None:
    with pytest.raises(EvidenceRejected, match=r"request\.json"):
        read_request(bad, warehouse.domain)


@pytest.mark.parametrize(
    "terms", ["{}", '{"common": {}, "receipts": []}', "not json", '{"a":1,"a":1}', "[]", "null"]
)
def test_read_request__terms_not_canonical_or_incomplete__refused(warehouse: Warehouse, terms: str) -> None:
    request = DepositRequest(b"\7" * 24, 1, 2, terms, NOW + 5)
    by = [party(name).sign(warehouse.domain, request) for name in ("member 2", "member 1")]
    data = request_bytes(request, *by)

    with pytest.raises(EvidenceRejected, match=r"request\.json"):
        read_request(data, warehouse.domain)


def test_read_request__operators_signature_missing__refused(warehouse: Warehouse) -> None:
    data = json.loads(warehouse.signed(warehouse.request())[0])
    del data["signatures"]["operator"]

    with pytest.raises(EvidenceRejected, match="depositor and operator"):
        read_request(canonical_json(data), warehouse.domain)


def test_read_request__any_byte_changed__refused_or_another_signer(warehouse: Warehouse) -> None:
    data, good = warehouse.signed(warehouse.request())

    for at in range(0, len(data), 23):
        bent = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with suppress(EvidenceRejected):
            found = read_request(bent, warehouse.domain)
            assert (found.signer, found.countersigner) != (good.signer, good.countersigner), f"byte {at}"
