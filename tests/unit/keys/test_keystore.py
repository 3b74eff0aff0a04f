"""Keystores: encrypted, private to their owner, never overwritten; keys sign and never show."""

from __future__ import annotations

import json
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from holdfast.attestation.signatures import recover_signer
from holdfast.attestation.typed_data import Domain, signing_digest
from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.domain.orders import Attestation, DeliveryOrder, TransferOrder
from holdfast.keys.keystore import (
    HUMAN_WORK_FACTOR,
    MACHINE_WORK_FACTOR,
    PartyKeys,
    create_keys,
    keystore_path,
    open_keys,
    show_keys,
)

PASSWORD = "correct horse battery"
QUICK = 2
"""scrypt work factor of these tests: they are about everything else."""
DOMAIN = Domain(31337, "0x" + "5e" * 20)
VALUES = [
    TransferOrder(7, 2, 3, 0, 99),
    DeliveryOrder(7, 2, 10, 0, 99),
    Attestation(b"\1" * 32, b"\2" * 32, b"\3" * 32, b"\4" * 32, 10, 20, 1),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_keys(tmp_path / "keys", "bank", PASSWORD, work_factor=QUICK)
    return tmp_path / "keys"


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_sign__opened_keys__recovers_to_the_published_account(folder: Path, value: Any) -> None:
    keys, public = open_keys(folder, "bank", PASSWORD), show_keys(folder, "bank")

    signature = keys.sign(DOMAIN, value)

    assert len(signature) == 65
    assert recover_signer(signing_digest(DOMAIN, value), signature) == public.account == keys.account
    assert keys.encryption.public == public.encryption


def test_create__file__private_to_its_owner_and_alone(folder: Path) -> None:
    file = keystore_path(folder, "bank")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["bank.json"], "a temporary file was left"


def test_create__file__holds_no_private_key(folder: Path) -> None:
    text = keystore_path(folder, "bank").read_text()
    keys = open_keys(folder, "bank", PASSWORD)

    assert bytes(keys.transaction_signer.key).hex() not in text
    assert keys.encryption.to_private_jwk()["d"] not in text
    assert PASSWORD not in text


def test_repr__keys__name_and_account_only(folder: Path) -> None:
    keys = open_keys(folder, "bank", PASSWORD)

    assert repr(keys) == f"PartyKeys(bank, {keys.account})"
    assert str(keys) == repr(keys)
    assert keys.encryption.to_private_jwk()["d"] not in repr(keys.encryption)


def test_create__same_name_again__refused_and_the_key_is_kept(folder: Path) -> None:
    before = keystore_path(folder, "bank").read_bytes()

    with pytest.raises(InvalidInput, match="not overwritten"):
        create_keys(folder, "bank", PASSWORD, work_factor=QUICK)

    assert keystore_path(folder, "bank").read_bytes() == before


def test_create__two_names__other_keys(folder: Path) -> None:
    other = create_keys(folder, "inspector", PASSWORD, work_factor=QUICK)

    assert other.account != show_keys(folder, "bank").account
    assert other.encryption.kid != show_keys(folder, "bank").encryption.kid


@pytest.mark.parametrize("password", ["", "short", "elevenchars"])
def test_create__short_password__refused_without_showing_it(tmp_path: Path, password: str) -> None:
    with pytest.raises(InvalidInput, match="at least 12") as caught:
        create_keys(tmp_path, "bank", password, work_factor=QUICK)

    assert not password or password not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", "Bank", "../bank", "a/b", "bank.json", "-bank", "b" * 42, "bänk", "bank\n", "a b", "."]
)
def test_keystore_path__name_unsafe_as_a_file__refused(tmp_path: Path, name: str) -> None:
    for act in (
        lambda: keystore_path(tmp_path, name),
        lambda: create_keys(tmp_path, name, PASSWORD, work_factor=QUICK),
        lambda: show_keys(tmp_path, name),
        lambda: open_keys(tmp_path, name, PASSWORD),
    ):
        with pytest.raises(InvalidInput, match="key name"):
            act()


@pytest.mark.parametrize("password", ["", "wrong horse battery", PASSWORD + " ", PASSWORD.upper()])
def test_open__wrong_password__misconfigured_without_showing_it(folder: Path, password: str) -> None:
    with pytest.raises(Misconfigured, match="wrong password or damaged") as caught:
        open_keys(folder, "bank", password)
    assert not password or password not in str(caught.value)


def test_open__no_keystore__misconfigured_saying_how_to_make_one(tmp_path: Path) -> None:
    for act in (lambda: open_keys(tmp_path, "bank", PASSWORD), lambda: show_keys(tmp_path, "bank")):
        with pytest.raises(Misconfigured, match="holdfast key new bank"):
            act()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "5", "null", "{}", '{"keystore_version":2}', '{"keystore_version":1}', "\x00\xff"],
)
def test_open__not_a_keystore__misconfigured(folder: Path, content: str) -> None:
    keystore_path(folder, "bank").write_bytes(content.encode("latin-1"))

    for act in (lambda: open_keys(folder, "bank", PASSWORD), lambda: show_keys(folder, "bank")):
        with pytest.raises(Misconfigured, match="bank"):
            act()


def paths(value: Any, where: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The way to every object and leaf of a JSON value, the root left out."""
    found = [where] if where else []
    if isinstance(value, dict):
        for key in value:
            found += paths(value[key], (*where, key))
    return found


def damaged(content: dict[str, Any], where: tuple[str, ...], bad: Any) -> str:
    made = json.loads(json.dumps(content))
    part = made
    for step in where[:-1]:
        part = part[step]
    if bad is None:
        del part[where[-1]]
    else:
        part[where[-1]] = bad
    return json.dumps(made)


@pytest.mark.parametrize("bad", [None, 5, "x", [], {}], ids=["gone", "number", "text", "list", "object"])
def test_open__any_part_gone_or_of_another_kind__opens_right_or_misconfigured(folder: Path, bad: Any) -> None:
    file, account = keystore_path(folder, "bank"), show_keys(folder, "bank").account
    content = json.loads(file.read_text())
    refused = 0
    for where in paths(content):
        file.write_text(damaged(content, where, bad))
        for act in (open_keys, lambda f, n, _: show_keys(f, n)):
            refused += 1
            with suppress(Misconfigured):
                assert act(folder, "bank", PASSWORD).account == account, where
                refused -= 1
    assert refused > 20


def test_open__any_digit_of_the_ciphertexts_changed__misconfigured(folder: Path) -> None:
    file = keystore_path(folder, "bank")
    content = json.loads(file.read_text())
    for part in ("signing", "encryption"):
        for field in ("ciphertext", "mac"):
            text = content[part]["crypto"][field]
            for at in (0, len(text) // 2, len(text) - 1):
                other = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
                file.write_text(damaged(content, (part, "crypto", field), other))
                with pytest.raises(Misconfigured):
                    open_keys(folder, "bank", PASSWORD)


def test_open__keys_of_another_party_put_in__misconfigured(folder: Path) -> None:
    create_keys(folder, "thief", PASSWORD, work_factor=QUICK)
    bank = json.loads(keystore_path(folder, "bank").read_text())
    thief = json.loads(keystore_path(folder, "thief").read_text())
    for part in ("signing", "encryption", "account", "encryption_public"):
        keystore_path(folder, "bank").write_text(json.dumps({**bank, part: thief[part]}))
        with pytest.raises(Misconfigured, match="damaged"):
            open_keys(folder, "bank", PASSWORD)


def test_work_factors__people_and_machines__what_the_file_says(tmp_path: Path) -> None:
    assert HUMAN_WORK_FACTOR >= 2**17
    create_keys(tmp_path, "node", PASSWORD, work_factor=MACHINE_WORK_FACTOR)

    params = json.loads(keystore_path(tmp_path, "node").read_text())["signing"]["crypto"]["kdfparams"]

    assert params["n"] == MACHINE_WORK_FACTOR == 2**12
    assert open_keys(tmp_path, "node", PASSWORD)


def test_create__by_default__for_people(tmp_path: Path) -> None:
    create_keys(tmp_path, "trader", PASSWORD)

    params = json.loads(keystore_path(tmp_path, "trader").read_text())["encryption"]["crypto"]["kdfparams"]
    assert params["n"] == HUMAN_WORK_FACTOR


def test_show__no_password__public_half_only(folder: Path) -> None:
    public = show_keys(folder, "bank")

    assert public.name == "bank"
    assert (
        Account.from_key(open_keys(folder, "bank", PASSWORD).transaction_signer.key).address == public.account
    )
    assert "d" not in public.encryption.to_jwk()


def test_keys__signed_values__by_this_key_only(folder: Path) -> None:
    create_keys(folder, "trader", PASSWORD, work_factor=QUICK)
    bank, trader = (open_keys(folder, name, PASSWORD) for name in ("bank", "trader"))

    assert isinstance(bank, PartyKeys)
    assert bank.sign(DOMAIN, VALUES[0]) != trader.sign(DOMAIN, VALUES[0])
    assert bank.sign(DOMAIN, VALUES[0]) == bank.sign(DOMAIN, VALUES[0])
    assert bank.sign(Domain(1, DOMAIN.verifying_contract), VALUES[0]) != bank.sign(DOMAIN, VALUES[0])
