"""The first run: keys, devices, policy, members' book, contracts, settings files. All drawn afresh."""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from api.token_issuer import issue_token
from cli.founding import Founding, found_consortium
from cli.home import Home
from holdfast.chain.deployment import Deployment
from holdfast.domain.policy import POLICY_VERSION, Policy
from holdfast.evidence.collection import policy_bytes
from holdfast.keys.keystore import MACHINE_WORK_FACTOR, PartyKeys, PublicParty, create_keys, open_keys
from holdfast.proof.trust import Engine
from oracle.members_book import AttesterSeat, BookEntry, read_book, write_book
from scripts.demo.chain import rpc
from scripts.demo.members import ATTESTERS, IOT, PEOPLE, REPORTERS
from tests.simulators.keys import bridge_calibration, camera_entry, device_key, weighbridge_entry

SITE = "CNTAO-W3"
BRIDGE = "WB-QD-01"
BAYS = ("A-07", "A-08", "B-01", "B-02")
AUDIENCE, ISSUER = "holdfast-api", "holdfast-embedded"
THRESHOLD = 3
MAX_EVIDENCE_AGE_S = 3600
RUBBER_PRICES = "Natural rubber SVR 10, ex warehouse Qingdao, CNY per tonne"
ONE_ETHER = hex(10**18)


def camera_name(bay: str) -> str:
    """The camera that looks at a bay."""
    return f"CAM-{bay}"


def _secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")


def _new_key(home: Home, name: str) -> PublicParty:
    password = secrets.token_urlsafe(32)
    party = create_keys(home.keys, name, password, work_factor=MACHINE_WORK_FACTOR)
    _secret(home.password(name), password)
    return party


def member_keys(home: Home, name: str) -> PartyKeys:
    """Open one of the demonstration's keystores with its password file."""
    return open_keys(home.keys, name, home.password(name).read_text().strip())


def make_policy(home: Home) -> Policy:
    """The policy: tolerances, ages, and every instrument with its key and calibration."""
    bridge = device_key(home.devices, BRIDGE)
    calibration = bridge_calibration(int(time.time()) - 30 * 86_400)
    weighbridge = weighbridge_entry(bridge, BRIDGE, member=IOT.member_id, site=SITE, calibration=calibration)
    cameras = tuple(
        camera_entry(
            device_key(home.devices, camera_name(bay)),
            camera_name(bay),
            member=IOT.member_id,
            site=SITE,
            bay=bay,
        )
        for bay in BAYS
    )
    return Policy(
        policy_version=POLICY_VERSION,
        name="Bagged and baled goods by weighbridge and camera, Qingdao, 2026",
        tolerance_bps=50,
        guard_millis=1645,
        label_repeats=2,
        max_evidence_age_s=MAX_EVIDENCE_AGE_S,
        max_claim_age_s=600,
        max_clock_skew_s=60,
        max_frame_pixels=12_000_000,
        lot_salt=secrets.token_hex(32),
        devices=(weighbridge, *cameras),
    )


def found(home: Home, chain_url: str, attester_ports: dict[str, int]) -> Deployment:
    """Make keys, policy and members' book, deploy the contracts, write trust file and tokens."""
    members = {person.key: _new_key(home, person.key) for person in PEOPLE}
    seats = {person.key: _new_key(home, f"{person.key}-attester") for person in ATTESTERS}
    relayer = _new_key(home, "relayer")
    powers = ("modules", "registrar", "committee", "guardian", "valuation")
    governors = [_new_key(home, f"governance-{name}") for name in powers]
    policy = make_policy(home)
    home.policy.write_bytes(policy_bytes(policy))
    book = tuple(
        BookEntry(
            member_id=person.member_id,
            name=person.name,
            name_zh=person.name_zh,
            registration=person.registration,
            identity_salt=secrets.token_hex(32),
            account=members[person.key].account,
            roles=person.roles,
            encryption=members[person.key].encryption,
            attester=AttesterSeat(
                seats[person.key].account,
                f"http://127.0.0.1:{attester_ports[person.key]}",
                seats[person.key].encryption,
            )
            if person.attests
            else None,
        )
        for person in PEOPLE
    )
    write_book(home.members, book)
    rpc(chain_url, "anvil_setBalance", relayer.account, ONE_ETHER)
    modules, registrar, committee, guardian, valuation = (governor.account for governor in governors)
    deployment = found_consortium(
        Founding(
            rpc_url=chain_url,
            keys_folder=home.keys,
            key_name="relayer",
            password_file=home.password("relayer"),
            book_file=home.members,
            policy_file=home.policy,
            threshold=THRESHOLD,
            max_age_s=MAX_EVIDENCE_AGE_S,
            modules=modules,
            registrar=registrar,
            committee=committee,
            valuation=valuation,
            guardians=guardian,
            admin_delay_s=5 * 86_400,
            registrar_delay_s=86_400,
            committee_delay_s=86_400,
            valuation_delay_s=86_400,
            engine=Engine.DEVELOPMENT,
            deployment_file=home.deployment,
            trust_file=home.trust,
            series_file=_series(home),
            gas_price_wei=0,
        )
    )
    _tokens(home)
    return deployment


def _series(home: Home) -> Path:
    """One price series, reported by three members that trade nothing."""
    rubber = {
        "description": RUBBER_PRICES,
        "currency": "CNY",
        "staleness_s": 7 * 86_400,
        "deviation_bps": 300,
        "feeders": [person.member_id for person in REPORTERS],
    }
    path = home.path / "price-series.json"
    path.write_text(json.dumps([rubber], indent=2) + "\n", encoding="utf-8")
    return path


def readdress(home: Home, attester_ports: dict[str, int]) -> None:
    """Name the attesters' ports of today in the members' book: others may have taken the last ones."""
    keys = {person.member_id: person.key for person in ATTESTERS}
    book = read_book(home.members)
    moved = tuple(
        replace(
            entry,
            attester=replace(entry.attester, url=f"http://127.0.0.1:{attester_ports[keys[entry.member_id]]}"),
        )
        if entry.attester is not None
        else entry
        for entry in book
    )
    if moved != book:
        write_book(home.members, moved)


def _tokens(home: Home) -> None:
    """A token issuer of this folder's own, and a token for each member, good for 30 days."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    _secret(home.token_private_key, pem.strip())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    home.token_public_key.write_bytes(public)
    for person in PEOPLE:
        token = issue_token(
            private,
            person.member_id,
            profile="embedded",
            audience=AUDIENCE,
            issuer=ISSUER,
            valid_for_s=30 * 86_400,
        )
        _secret(home.token(person.key), token)
