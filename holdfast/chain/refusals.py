"""A contract's typed error as a sentence with its values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from eth_abi import decode
from eth_utils import function_abi_to_4byte_selector, function_signature_to_4byte_selector, to_bytes
from web3.exceptions import ContractCustomError, ContractLogicError

from holdfast.chain.artifacts import contract_names, load_artifact
from holdfast.chain.bond_refusals import BOND_SENTENCES
from holdfast.chain.governance_refusals import GOVERNANCE_SENTENCES
from holdfast.chain.lien_refusals import LIEN_SENTENCES
from holdfast.chain.origin_refusals import LOSS_SENTENCES, ORIGIN_SENTENCES
from holdfast.chain.plain_values import fill, shown
from holdfast.chain.value_refusals import VALUE_SENTENCES
from holdfast.domain.errors import Refused

SENTENCES: dict[str, str] = {
    **GOVERNANCE_SENTENCES,
    **LIEN_SENTENCES,
    **BOND_SENTENCES,
    **ORIGIN_SENTENCES,
    **LOSS_SENTENCES,
    **VALUE_SENTENCES,
    "DeadlinePassed": "the order's deadline {deadline} has passed; it is {nowS}",
    "WrongSeq": "the order carries number {given}, the receipt expects {expected}: it was used or is early",
    "WrongHolder": "the order names holder {given}, the receipt is held by member {holder}",
    "TransfereeIsHolder": "member {holder} already holds the receipt",
    "QuantityZero": "a receipt must stand for at least 1 g",
    "QuantityNotWhole": "the order delivers {given} g, the receipt stands for {quantityG} g",
    "OperatorIsHolder": "operator {operator} cannot be first holder of its own receipt",
    "UnknownReceipt": "no receipt with this id was ever issued",
    "ReceiptExists": "a receipt with this document was issued before; a receipt lives once",
    "ReceiptNotLive": "the receipt is {status}, not live",
    "ReceiptNotSuspended": "the receipt is {status}, not suspended",
    "ReceiptExpired": "the receipt expired at {expiresAt}; it is {nowS}",
    "LotOfOtherOperator": "the lot is kept by operator {operator}, not {given}",
    "LotQuantityDiffers": "the order states a lot of {given} g, attested are {attestedG} g",
    "LotExceeded": "receipts would stand for {liveG} g, the lot holds {attestedG} g",
    "MovesOnlyByOrder": "receipts move by signed orders only",
    "MalformedSignature": "the signature of member {member} has {length} bytes; 64 or 65 are right",
    "SignatureHighS": "the signature's s, {s:plain}, is in the upper half, which is refused",
    "ForeignSignature": "the signature for member {member} is by {recovered}, its account is {account}",
    "WalletRefused": "the contract wallet {account} of member {member} did not accept the signature",
    "OrderHashDiffers": "the attesters signed another order, {given}; this one is {orderHash}",
    "CommitteeNotCurrent": "the committee of epoch {givenEpoch} ({given}) is not the one in force, "
    "{committeeDigest}",
    "WrongEpoch": "what was signed is of epoch {given}, in force is epoch {epoch}",
    "WrongPolicy": "the attestation was made under policy {given}; in force is {policyDigest}",
    "ObservedInFuture": "the evidence is dated {observedAt}, after now ({nowS})",
    "AttestationExpired": "the evidence was good until {validUntil}; it is {nowS}",
    "ValidityOutOfRange": "the attestation would hold from {observedAt} to {validUntil}; "
    "{maxAgeS} s are allowed",
    "NotAnAttester": "{recovered}, who made signature {index} (from 0), is no attester of the committee",
    "SignersNotAscending": "attester {account} is repeated or out of order: it comes after {previous}",
    "SignersOfOneMember": "two attesters of member {member} signed; they count once",
    "QuorumTooSmall": "{signers} attesters signed, {threshold} are needed",
    "OperatorNotAmongSigners": "operator {operator}'s own attester did not countersign",
    "NotWarehouseOperator": "member {operator} is no warehouse operator; it is {roles}",
    "NoIndependentSigner": "no inspector and no bank is among the signers",
    "SignerIsParty": "member {member} is a party to the order and may not attest it",
    "ModuleLacksRight": "{caller} is no module that may do this (right {right}, it has {rights})",
    "ReceiptsDiffer": "receipts become one only if holder, operator, kind, lot and encumbrances are the same",
    "QuantityNotConserved": "{beforeG} g would become {afterG} g; not a gram may be lost or made",
    "QuantityNotPart": "{given} g is no part of the receipt's {quantityG} g; a delivery takes the whole",
    "ReceiptFrozen": "a court holds the receipt under case {freezeCase} ({freezes} in all)",
    "ReceiptUnderLien": "{liens} storage lien(s) must be paid or waived first",
    "ReceiptNotPledged": "the receipt is not pledged; it moves by its holder's own order",
    "ShortageOutOfRange": "{shortG} g short is nothing, or all of the {liveG} g that the lot has",
    "LotIncomplete": "the receipts named stand for {givenG} g, all of the lot for {liveG} g; name all",
    "ReceiptOfOtherLot": "the receipt is on lot {lotId}, not {given}",
    "ReceiptsNotAscending": "receipts of a lot are named in ascending order, each once; before this one "
    "comes {previous:tokenId}",
    "PledgesOutOfStep": "{given} pledges cannot follow {pledges} with first pledgee {firstPledgee}",
    "FreezesOutOfStep": "{given} court cases cannot follow {freezes} with case {freezeCase} in force",
    "NoReceipts": "no receipt is named",
    "ReceiptEncumbered": "the receipt carries {pledges} pledge(s), {liens} lien(s) and {freezes} freeze(s)",
    "UnknownKind": "the kind {kind} is neither negotiable (1) nor non-negotiable (2)",
    "OperatorDiffers": "the order names operator {given}, the goods are kept by member {operator}",
    "TooFewReceipts": "{receipts} receipt(s) named; two at least are needed",
    "ExpiryDiffers": "the order states expiry {given:time}, right is {expiresAt}",
    "NotExtended": "an extension must go beyond {expiresAt}; given is {given:time}",
    "UnknownReason": "the reason {reason} is neither correction (1) nor extension (2)",
    "JuniorPledges": "{pledges} pledges are on the receipt; goods leave after the junior ones are released",
    "NotCourt": "member {member} is no court; it is {roles}",
    "CaseIncomplete": "a case needs a number and a reason; given are {caseNo} and {reason}",
    "QueueFull": "{waiting} court cases wait for the receipt; more cannot",
    "CaseExists": "case {caseNo} exists already",
    "UnknownCase": "there is no case {caseNo}",
    "CaseOfOtherCourt": "case {caseNo} is court {court}'s, not {given}'s",
    "WrongCaseNumber": "the order carries number {given} in case {caseNo}, expected is {expected}",
    "CaseExpiryOutOfRange": "case {caseNo} cannot hold until {expiresAt}: it is {nowS}, and three years "
    "from now are the most",
    "CaseLapsed": "case {caseNo} lapsed at {expiresAt}; it is {nowS}",
    "CaseNotLapsed": "case {caseNo} holds until {expiresAt}; it is {nowS}",
    "FrozenByCase": "the receipt is frozen under case {caseNo} already",
    "NotFrozenByCase": "the receipt is not frozen under case {caseNo}",
    "LienCapDiffers": "storage fees of up to {lienCapMinor} come before the pledge, signed is {given:minor}",
    "PledgeExists": "pledge {pledgeId} exists already: change a value of the order, such as its deadline",
    "PledgesDiffer": "receipts become one only with the same pledges in the same ranks",
    "PledgeNotOnReceipt": "pledge {pledgeId} is not on the receipt",
    "PledgeTerms": "a pledge needs an amount ({amountMinor} given), a maturity to come ({maturity} given), "
    "an LTV of 1 to 10000 bps ({ltvBps} given) and time to cure ({cureS:span} given)",
    "RankNotNext": "the order names rank {given}; the next one is {expected}, and four are the most",
    "PledgeeIsParty": "member {member} cannot be both pledgee and the other party",
    "CurrencyDiffers": "all pledges on a receipt are in one currency: {currency}, not {given:currency}",
    "WrongPledgee": "pledge {pledgeId} is member {pledgee}'s, not {given}'s",
    "PledgeCoversOthers": "pledge {pledgeId} covers {receipts} receipts: release or merge them first",
    "NotDue": "the debt of pledge {pledgeId} is due after {maturity}; it is {nowS}",
    "DefaultStands": "notice of default was given at {defaultAt}",
    "NoDefault": "no default stands for pledge {pledgeId}",
    "MarginHolds": "the goods are worth {valueMinor}, needed are {neededMinor}: no margin call",
    "CurePeriodRuns": "the pledgor may cure until {saleFrom}; the sale was at {soldAt}",
    "NotFirstRank": "the first pledgee is member {firstPledgee}, not {given}",
    "WaterfallDiffers": "the proceeds are not divided as the ranks give: {given:minor} stated, "
    "{expected:minor} right",
}
"""Typed error -> sentence. `holdfast.chain.plain_values` says how values are shown."""

ABOUT: Final = {
    "receiptId": "receipt",
    "otherId": "other receipt",
    "lotId": "lot",
    "pledgeId": "pledge",
    "seriesDigest": "price series",
}
"""Fields that are told behind a sentence which does not use them."""

PANICS: Final = {
    0x01: "an assertion failed",
    0x11: "a number left its range",
    0x12: "a division by zero",
    0x21: "a value that its list of values does not have",
    0x22: "text in its storage is not as it should be",
    0x31: "the last item was taken off an empty list",
    0x32: "an item beyond the end of a list",
    0x41: "too much memory was asked for",
    0x51: "a function that was never set",
}
"""Code of a Solidity panic -> what happened."""
_PANIC: Final = bytes(function_signature_to_4byte_selector("Panic(uint256)"))


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    found = {}
    for name in contract_names():
        for item in load_artifact(name).abi:
            if item["type"] == "error":
                found[bytes(function_abi_to_4byte_selector(item))] = item  # type: ignore[arg-type]
    return found


def refusal(error: ContractCustomError | ContractLogicError) -> Refused:
    """The Refused for a revert: reason in kebab-case, a sentence with the values."""
    data = getattr(error, "data", None)
    raw = to_bytes(hexstr=data) if isinstance(data, str) and data.startswith("0x") else b""
    return refusal_from_data(raw, str(error))


def refusal_from_data(raw: bytes, otherwise: str = "no reason given") -> Refused:
    """The Refused for raw revert data."""
    item = _errors().get(raw[:4])
    if raw[:4] == _PANIC and len(raw) == 36:
        code = int.from_bytes(raw[4:])
        what = PANICS.get(code, "for a reason that the compiler does not name")
        said = (
            f"the contract stopped by itself: {what} (panic 0x{code:02x}). That is a fault in it: report it"
        )
        return Refused("contract-panic", said)
    if item is None:
        return Refused("contract-refused", f"the contract refused: {otherwise}")
    name = str(item["name"])
    values = decode([field["type"] for field in item["inputs"]], raw[4:])
    named = {field["name"]: value for field, value in zip(item["inputs"], values, strict=True)}
    reason = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
    fields = ", ".join(f"{field} {{{field}}}" for field in named)
    sentence = fill(SENTENCES.get(name, f"{name}({fields})"), named)
    about = [f"{word} {shown(field, named[field])}" for field, word in _left_over(name, named).items()]
    return Refused(reason, sentence + (f" ({', '.join(about)})" if about else ""))


def _left_over(name: str, fields: Iterable[str]) -> dict[str, str]:
    """What an error is about, where its sentence does not say so: field -> word."""
    told = set(re.findall(r"\{(\w+)", SENTENCES.get(name, "")))
    return {field: ABOUT[field] for field in ABOUT if field in fields and (field not in told)}
