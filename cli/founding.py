"""Found a consortium: its members' book, its policy and the settings HOLDFAST_DEPLOY_… onto a chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from eth_utils import is_address, keccak, to_canonical_address, to_checksum_address
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from web3 import Web3

from cli.node import connect
from holdfast.attestation.quorum import Attester
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, FoundingSeries, Governance, deploy
from holdfast.chain.deployment import Deployment, save_deployment
from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.domain.members import Member, Role
from holdfast.domain.units import MemberId
from holdfast.evidence.collection import policy_digest
from holdfast.keys.keystore import open_keys
from holdfast.keys.secret_file import read_secret
from holdfast.proof.trust import Engine, PinnedContract, Trust
from oracle.members_book import BookEntry, read_book
from oracle.runtime import load_policy

PREFIX = "HOLDFAST_DEPLOY_"


def _address(text: str) -> str:
    if not is_address(text):
        raise ValueError("expected an account: 0x and 40 hexadecimal digits")
    return to_checksum_address(text)


Account = Annotated[str, AfterValidator(_address)]


class Founding(BaseModel):
    """The settings of one deployment. Nothing that names a chain, a key or a power has a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rpc_url: str
    book_file: Path
    policy_file: Path
    keys_folder: Path
    key_name: str
    password_file: Path
    threshold: int = Field(ge=1, le=16)
    max_age_s: int = Field(gt=0)
    modules: Account
    registrar: Account
    committee: Account
    valuation: Account
    guardians: str
    admin_delay_s: int = Field(ge=0, lt=2**32)
    registrar_delay_s: int = Field(ge=0, lt=2**32)
    committee_delay_s: int = Field(ge=0, lt=2**32)
    valuation_delay_s: int = Field(ge=0, lt=2**32)
    engine: Engine
    validators: str = ""
    deployment_file: Path
    trust_file: Path
    series_file: Path | None = None
    gas_price_wei: int | None = Field(None, ge=0)

    def series(self) -> tuple[FoundingSeries, ...]:
        """The price series to begin with. Raises Misconfigured naming what is wrong in the file."""
        return () if self.series_file is None else read_series(self.series_file)

    def sealers(self) -> tuple[bytes, ...]:
        """The validators' addresses, 20 bytes each. Raises Misconfigured."""
        names = _addresses("VALIDATORS", self.validators)
        if bool(names) != (self.engine is Engine.QBFT):
            raise Misconfigured(f"{PREFIX}VALIDATORS: expected for engine qbft, and for no other")
        return tuple(to_canonical_address(name) for name in names)

    def governance(self) -> Governance:
        """Who governs. Raises Misconfigured naming the setting, if one account would hold two powers."""
        governance = Governance(
            self.modules,
            self.registrar,
            self.committee,
            self.admin_delay_s,
            self.registrar_delay_s,
            self.committee_delay_s,
            tuple(to_checksum_address(name) for name in _addresses("GUARDIANS", self.guardians)),
            self.valuation,
            self.valuation_delay_s,
        )
        try:
            governance.require_separate()
        except InvalidInput as error:
            raise Misconfigured(f"{PREFIX}{error.field.upper()}: {error}") from error
        return governance


class SeriesIn(BaseModel):
    """One price series in the file: what it is the price of, and how it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str = Field(min_length=1, max_length=500)
    currency: str = Field(pattern="^[A-Z]{3}$")
    staleness_s: int = Field(gt=0, lt=2**32)
    deviation_bps: int = Field(gt=0, lt=10_000)
    feeders: list[int] = Field(min_length=2, max_length=16)


def series_digest(description: str) -> bytes:
    """The name a price series has on the chain: SHA-256 of its description."""
    return sha256(description.encode()).digest()


def read_series(path: Path) -> tuple[FoundingSeries, ...]:
    """Price series from a JSON file. Raises Misconfigured naming field and value."""
    try:
        found = TypeAdapter(list[SeriesIn]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise Misconfigured(f"{PREFIX}SERIES_FILE: {path}: {error}") from error
    return tuple(
        FoundingSeries(
            series_digest(item.description),
            item.currency.encode(),
            item.staleness_s,
            item.deviation_bps,
            tuple(sorted(item.feeders)),
        )
        for item in found
    )


def _addresses(setting: str, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if not is_address(name):
            raise Misconfigured(f"{PREFIX}{setting}: {name!r} is no address")
    return names


def load_founding(values: Mapping[str, str]) -> Founding:
    """Settings from NAME=value pairs. Raises Misconfigured naming each one that is missing or wrong."""
    given = {name.removeprefix(PREFIX).lower(): value for name, value in values.items()}
    try:
        return Founding.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}"
            for item in error.errors()
        )
        raise Misconfigured(f"settings of the deployment: {problems}") from error


def found_consortium(wanted: Founding) -> Deployment:
    """Deploy the contracts, then write deployment and trust file.

    Everything that can be wrong without the chain is checked before the first transaction.

    Raises:
        Misconfigured: a file is absent or wrong, or a file to write is there already.
        Refused: a contract refuses.
        Unreachable: the chain does not answer.
    """
    for path in (wanted.deployment_file, wanted.trust_file):
        if path.exists():
            raise Misconfigured(f"{path} is there already: a consortium is founded once; name another file")
        if not path.parent.is_dir():
            raise Misconfigured(f"{path}: there is no folder {path.parent}")
    sealers, governance, series = wanted.sealers(), wanted.governance(), wanted.series()
    book, policy = read_book(wanted.book_file), load_policy(wanted.policy_file)
    attesters = _attesters(book)
    if len(attesters) < wanted.threshold:
        raise Misconfigured(
            f"{PREFIX}THRESHOLD: {wanted.threshold} of {len(attesters)} attesters in the members' book"
        )
    keys = open_keys(wanted.keys_folder, wanted.key_name, read_secret(wanted.password_file, "password"))
    if any(account.lower() == keys.account.lower() for _, account, _ in governance.held()):
        raise Misconfigured(
            f"{PREFIX}KEY_NAME: {keys.account} deploys and so can hold no power; name another"
        )
    w3 = connect(wanted.rpc_url)
    deployment = deploy(
        w3,
        keys.transaction_signer,
        governance,
        members=[_founding(entry) for entry in book],
        committee=FoundingCommittee(wanted.threshold, wanted.max_age_s, policy_digest(policy), attesters),
        series=series,
        gas_price_wei=wanted.gas_price_wei,
    )
    genesis = bytes(w3.eth.get_block(0)["hash"])
    save_deployment(wanted.deployment_file, deployment, "0x" + genesis.hex())
    trust = Trust(
        chain_id=deployment.chain_id,
        genesis_hash=genesis,
        engine=wanted.engine,
        validators=sealers,
        warehouse_receipt=_pinned(w3, deployment.warehouse_receipt),
        consortium=_pinned(w3, deployment.consortium),
    )
    wanted.trust_file.write_text(json.dumps(trust.to_json(), indent=2) + "\n", encoding="utf-8")
    return deployment


def _attesters(book: tuple[BookEntry, ...]) -> tuple[Attester, ...]:
    return tuple(
        Attester(entry.attester.account, entry.member_id, entry.roles)
        for entry in book
        if entry.attester is not None
    )


def _founding(entry: BookEntry) -> FoundingMember:
    member = Member(MemberId(entry.member_id), entry.account, Role(entry.roles), True)
    return FoundingMember(member, entry.identity_digest(), entry.encryption_key_digest())


def _pinned(w3: Web3, address: str) -> PinnedContract:
    code = bytes(w3.eth.get_code(Web3.to_checksum_address(address)))
    return PinnedContract(to_canonical_address(address), keccak(code))
