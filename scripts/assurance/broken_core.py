"""A core with a broken line in each transition: a proof that does not notice its own proves nothing.

The lines are changed in memory and compiled together; the checks are run against what comes out, and each
must be refuted. Each line is in a function of its own, so that no check goes red for another's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import solcx
from eth_abi import encode
from solcx.exceptions import SolcError

from holdfast.chain.compile import CONTRACTS, SETTINGS, launcher, read_sources
from holdfast.domain.errors import Refused
from scripts.assurance.forge import ROOT
from scripts.assurance.halmos import FOLDER, codes_of, compile_checks, second_piece
from scripts.demo.chain import rpc, throwaway_chain

BROKEN: Final = Path(".build/symbolic-broken")
_PIECES: Final = ("WarehouseReceipt", "ReceiptPrimitives")


@dataclass(frozen=True, slots=True)
class Line:
    """A fault: what stands once in a source below `contracts/`, what instead, and who must notice."""

    title: str
    source: str
    good: str
    bad: str
    test: str


LINES: Final = (
    Line(
        "an issue of more than was attested",
        "WarehouseReceipt.sol",
        "if (liveG > attestedG) revert",
        "if (liveG > type(uint64).max) revert",
        "check_issue_one",
    ),
    Line(
        "a transfer without the transferee",
        "WarehouseReceipt.sol",
        "Signatures.requireParty(transferee, to, digest, transfereeSignature);",
        "",
        "check_transfer",
    ),
    Line(
        "a delivery that leaves the receipt live",
        "WarehouseReceipt.sol",
        "word.withStatus(STATUS_DELIVERED)",
        "word",
        "check_deliver",
    ),
    Line(
        "a suspension that ends a lien",
        "ReceiptSuspension.sol",
        "withSuspendReason(reason)",
        "withSuspendReason(reason).withLiens(0, 0)",
        "check_suspend",
    ),
    Line(
        "a reinstatement that ends a freeze",
        "ReceiptSuspension.sol",
        "word.withStatus(STATUS_LIVE)",
        "word.withStatus(STATUS_LIVE).withFreezes(0, 0)",
        "check_reinstate",
    ),
    Line(
        "a notice that stops another receipt",
        "ReceiptSuspension.sol",
        "_receipts[receiptId].save(next);",
        "_receipts[receiptId ^ 1].save(next);",
        "check_notice",
    ),
    Line(
        "a merger of two lots",
        "ReceiptPrimitives.sol",
        " || lot != lotId",
        "",
        "check_merge",
    ),
    Line(
        "a split that makes a gram",
        "ReceiptPrimitives.sol",
        "restG = wholeG - uint64(partsG);",
        "restG = wholeG - uint64(partsG) + 1;",
        "check_split_off_one",
    ),
    Line(
        "a partial delivery that takes nothing off",
        "ReceiptReductions.sol",
        "stored.saveGoods(wholeG - quantityG, lotId);",
        "stored.saveGoods(wholeG, lotId);",
        "check_reduce",
    ),
    Line(
        "a retirement that leaves the goods",
        "ReceiptReductions.sol",
        "_lower(lotId, quantityG);\n        emit",
        "emit",
        "check_retire",
    ),
    Line(
        "a sale without the pledgee",
        "ReceiptPrimitives.sol",
        "holder, to, seq);\n        _requireConsent(word, orderHash, consent);",
        "holder, to, seq);",
        "check_move_pledged",
    ),
    Line(
        "a write-down of another lot's receipt",
        "ReceiptReductions.sol",
        "if (lot != lotId) revert",
        "if (lot == 0) revert",
        "check_write_down_two",
    ),
    Line(
        "a pledge of a frozen receipt",
        "ReceiptEncumbrances.sol",
        "_refuseStill(receiptId, word);",
        "",
        "check_add_pledge",
    ),
    Line(
        "pledges that come by the act that takes them",
        "ReceiptPrimitives.sol",
        "held == 0 || !inStep ||",
        "held == 0 ||",
        "check_set_pledges",
    ),
    Line(
        "a release that ends a freeze",
        "ReceiptEncumbrances.sol",
        "word.withPledges(pledges, firstPledgee)",
        "word.withPledges(pledges, firstPledgee).withFreezes(0, 0)",
        "check_release_pledge",
    ),
    Line(
        "a freeze that takes the place of another",
        "ReceiptEncumbrances.sol",
        "uint24 first = held == 0 ? freezeCase : word.freezeCaseOf();",
        "uint24 first = freezeCase;",
        "check_freeze",
    ),
    Line(
        "an end of a freeze by anyone",
        "ReceiptPrimitives.sol",
        "external needs(RIGHT_FREEZE)",
        "external",
        "check_unfreeze",
    ),
    Line(
        "a lien that ends a pledge",
        "ReceiptPrimitives.sol",
        "word.withLiens(liens, lienTerms)",
        "word.withLiens(liens, lienTerms).withPledges(0, 0)",
        "check_set_liens",
    ),
    Line(
        "a transfer as ERC-721 has it",
        "ReceiptToken.sol",
        "function transferFrom(address, address, uint256) external pure {\n        revert MovesOnlyByOrder()",
        "function transferFrom(address, address, uint256 id) external {\n        _receipts[id].holder = 0",
        "check_no_other_call_changes",
    ),
)
"""One in each function that changes a receipt, and one in ERC-721's."""


def build(lines: Sequence[Line] = LINES) -> None:
    """Compile the core with these lines broken, and the checks against it, into `BROKEN`.

    `FOLDER` must hold the founding of the shipped core.

    Raises:
        Refused: a line does not stand once in its source, or what came out does not compile.
        Misconfigured, Unreachable: compiler, forge or anvil are not installed or do not come up.
    """
    accounts = json.loads((ROOT / FOLDER / "founding.json").read_text(encoding="utf-8"))
    deployment = json.loads((ROOT / FOLDER / "deployment.json").read_text(encoding="utf-8"))
    codes = codes_of(accounts) | _constructed(_compiled(lines), accounts, deployment)
    compile_checks(BROKEN, codes, deployment)


def _compiled(lines: Sequence[Line]) -> list[bytes]:
    """Creation code of both pieces, with these lines broken."""
    sources = read_sources(ROOT, [CONTRACTS[name] for name in _PIECES])
    for line in lines:
        unit = f"contracts/{line.source}"
        if sources[unit].count(line.good) != 1:
            raise Refused(
                "broken-core", f"{line.source} does not have once what is to be broken: {line.good!r}"
            )
        sources[unit] = sources[unit].replace(line.good, line.bad)
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in sources.items()},
        "settings": {
            **SETTINGS,
            "outputSelection": {CONTRACTS[name]: {name: ["evm.bytecode.object"]} for name in _PIECES},
        },
    }
    try:
        answer = solcx.compile_standard(request, solc_binary=launcher(ROOT))
    except SolcError as error:
        raise Refused("broken-core", str(error.message)) from error
    found = answer["contracts"]
    return [bytes.fromhex(found[CONTRACTS[name]][name]["evm"]["bytecode"]["object"]) for name in _PIECES]


def _constructed(
    creations: Sequence[bytes], accounts: Mapping[str, Mapping[str, Any]], deployment: Mapping[str, str]
) -> dict[str, str]:
    """Runtime code of both pieces as their constructors answer it at the addresses of the shipped ones."""
    consortium, first = deployment["consortium"], deployment["warehouse_receipt"]
    [founded] = [account for address, account in accounts.items() if address.lower() == consortium.lower()]
    storage = {_word(slot): _word(value) for slot, value in founded["storage"].items()}
    codes = {}
    with throwaway_chain() as url:
        for address, creation in zip((first, second_piece(first)), creations, strict=True):
            code = creation + encode(["address"], [consortium])
            stands_in = {
                consortium: {"code": founded["code"], "stateDiff": storage},
                # The next contract that it makes is its first.
                address: {"code": f"0x{code.hex()}", "nonce": "0x1"},
            }
            answer: str = rpc(url, "eth_call", {"to": address}, "latest", stands_in)
            codes[address.lower()] = answer.removeprefix("0x")
    return codes


def _word(value: str) -> str:
    return f"0x{int(value, 16):064x}"
