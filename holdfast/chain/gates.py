"""What gates each external function of each contract: a power, a right, signatures, or nothing.

Read from the ABIs as far as they tell (a function's parameters name who signs); what they do not tell is in
the tables here. A function that neither explains has no gate, and `gate_of` refuses to guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from eth_utils import collapse_if_tuple

from holdfast.chain import acts
from holdfast.chain.artifacts import PIECES, contract_names, load_artifact
from holdfast.chain.governance import ADMIN_FUNCTIONS, GOVERNED, Power
from holdfast.domain.errors import Refused


class Kind(StrEnum):
    """Who gets past the first check of a function."""

    READS = "reads"
    POWER = "power"
    RIGHT = "right"
    RECEIPTS = "receipts"
    MANAGER = "manager"
    SIGNED = "signed"
    MEMBER = "member"
    ANYBODY = "anybody"
    NOBODY = "nobody"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Gate:
    """What a caller needs.

    `power` and `right` go with their kinds. `parties` are the roles in the order whose signatures the call
    carries, `consent` whether the first pledgee signs as well where a receipt is pledged, `quorum` who
    attests ("" for nobody). `words` says what is left to say.
    """

    kind: Kind
    power: Power | None = None
    right: int = 0
    parties: tuple[str, ...] = ()
    consent: bool = False
    quorum: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """One external function with its gate; `signature` is the one that its selector is made from."""

    contract: str
    name: str
    signature: str
    gate: Gate
    item: Mapping[str, Any]


RIGHTS: Final[dict[str, int]] = {
    name.removeprefix("RIGHT_"): value for name, value in vars(acts).items() if name.startswith("RIGHT_")
}
"""Name -> bit of every right a module can have."""

PRIMITIVES: Final[Mapping[tuple[str, str], str]] = {
    ("WarehouseReceipt", "replaceReceipts"): "REPLACE",
    ("WarehouseReceipt", "splitReceipt"): "REPLACE",
    ("WarehouseReceipt", "reduceReceipt"): "REDUCE",
    ("WarehouseReceipt", "moveReceipt"): "MOVE",
    ("WarehouseReceipt", "addPledge"): "PLEDGE",
    ("WarehouseReceipt", "setPledges"): "PLEDGE",
    ("WarehouseReceipt", "releasePledge"): "PLEDGE",
    ("WarehouseReceipt", "addFreeze"): "FREEZE",
    ("WarehouseReceipt", "dropFreeze"): "FREEZE",
    ("WarehouseReceipt", "setLiens"): "LIEN",
    ("WarehouseReceipt", "writeDown"): "WRITE_DOWN",
    ("WarehouseReceipt", "retireReceipt"): "RETIRE",
    ("WarehouseReceipt", "setNotice"): "NOTICE",
    ("Origins", "registerPaper"): "RETIRE",
    ("Pledge", "follow"): "REPLACE",
    ("StorageLien", "follow"): "REPLACE",
    ("StorageLien", "settle"): "PLEDGE",
}
"""What only modules may call -> the right they need."""

_PARTS = "each part as if it were called by itself"
OTHERS: Final[Mapping[tuple[str, str], Gate]] = {
    ("Consortium", "countIssuedFor"): Gate(Kind.RECEIPTS),
    ("Consortium", "movedFromTo"): Gate(Kind.RECEIPTS),
    ("Consortium", "countOffFor"): Gate(Kind.RECEIPTS),
    ("Consortium", "nameAttester"): Gate(Kind.MEMBER, words="for its own member"),
    ("Replacement", "lapseNotice"): Gate(
        Kind.ANYBODY, words="once the notice has run and was not used for 30 days"
    ),
    ("Court", "lapse"): Gate(Kind.ANYBODY, words="once the case has lapsed"),
    ("StorageLien", "resize"): Gate(Kind.ANYBODY, words="it writes down what is true"),
    ("AccessManager", "schedule"): Gate(Kind.OWN, words="whoever has a power with a delay, within it"),
    ("AccessManager", "execute"): Gate(
        Kind.OWN, words="what the caller itself has announced, after the delay"
    ),
    ("AccessManager", "cancel"): Gate(Kind.OWN, words="who announced the act, a guardian, or the Council"),
    ("AccessManager", "consumeScheduledOp"): Gate(Kind.OWN, words="the governed contract that is called"),
    ("AccessManager", "multicall"): Gate(Kind.ANYBODY, words=_PARTS),
    ("AccessManager", "renounceRole"): Gate(Kind.ANYBODY, words="the caller's own role only"),
}
"""Functions about whose callers the ABI says nothing."""

QUORUMS: Final[Mapping[tuple[str, str], str]] = {
    ("WarehouseReceipt", "suspend"): "two attesters",
    ("StorageLien", "tender"): "a quorum without the operator",
}
"""Where fewer than the committee's threshold suffice, or where the operator's own attester may not be one."""

BESIDES: Final[Mapping[tuple[str, str], str]] = {
    ("ReceiptActs", "supersede"): "without the holder's once the receipt is pledged and has expired",
}
"""What the signatures that a function takes do not say of themselves."""

_ERC721: Final = frozenset({"approve", "setApprovalForAll", "transferFrom", "safeTransferFrom"})
_CONSENTING: Final = frozenset({"consent", "seniorSignature"})


def contracts() -> list[str]:
    """Every contract as callers see it: further pieces of a contract's code are part of it."""
    pieces = {piece for others in PIECES.values() for piece in others}
    return [name for name in contract_names() if name not in pieces]


def functions(contract: str) -> list[Function]:
    """All external functions of a contract with their gates, sorted by signature.

    Raises:
        Refused: `no-gate`, for one that neither its ABI nor the tables here explain.
    """
    found = []
    for item in load_artifact(contract).abi:
        if item["type"] == "function":
            signature = f"{item['name']}({','.join(collapse_if_tuple(i) for i in item['inputs'])})"
            found.append(Function(contract, item["name"], signature, gate_of(contract, item), item))
    return sorted(found, key=lambda function: function.signature)


def gate_of(contract: str, item: Mapping[str, Any]) -> Gate:
    """The gate of one function of an ABI. Raises Refused (`no-gate`)."""
    key = (contract, str(item["name"]))
    signers = _signers(item, key)
    if key[1] in _ERC721:
        return Gate(Kind.NOBODY, words="receipts move by signed orders only")
    if item["stateMutability"] in ("view", "pure"):
        return Gate(Kind.READS)
    if key[1] in GOVERNED.get(contract, {}):
        return Gate(Kind.POWER, power=GOVERNED[contract][key[1]], quorum=signers.quorum)
    if contract == "AccessManager" and key[1] in ADMIN_FUNCTIONS:
        return Gate(Kind.POWER, power=Power.ADMIN)
    if key[1] == "setAuthority" and contract in GOVERNED:
        return Gate(Kind.MANAGER)
    if key in PRIMITIVES:
        return Gate(Kind.RIGHT, right=RIGHTS[PRIMITIVES[key]], consent=signers.consent)
    if key in OTHERS:
        return OTHERS[key]
    if signers.parties or signers.quorum:
        return signers
    raise Refused(
        "no-gate",
        f"nothing says who may call {contract}.{key[1]}: add it to a table in holdfast/chain/gates.py",
    )


def _signers(item: Mapping[str, Any], key: tuple[str, str]) -> Gate:
    """Who signs, as the parameters tell: `holderSignature`, `consent`, `committee` and `signatures`."""
    names = [str(field["name"]) for field in item["inputs"]]
    parties = tuple(
        name.removesuffix("Signature")
        for name in names
        if name.endswith("Signature") and name not in _CONSENTING
    )
    attested = "committee" in names and "signatures" in names
    quorum = QUORUMS.get(key, "a quorum") if attested else ""
    consent = bool(_CONSENTING & set(names))
    return Gate(Kind.SIGNED, parties=parties, consent=consent, quorum=quorum, words=BESIDES.get(key, ""))
