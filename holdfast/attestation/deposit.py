"""A depositor's signed request as a file in the evidence, written and read in one place."""

from __future__ import annotations

import json
from typing import Any

from holdfast.attestation.signatures import recover_signer, signature_from_hex
from holdfast.attestation.typed_data import Domain, order_to_json, request_from_json, signing_digest
from holdfast.domain.deposit import DepositRequest, check_terms
from holdfast.domain.errors import EvidenceRejected, HoldfastError, InvalidInput
from holdfast.evidence.canonical import canonical_json, parse_canonical
from holdfast.reconciliation.subject import SignedRequest

REQUEST_FILE = "request.json"
_PARTIES = ("depositor", "operator")


def request_bytes(request: DepositRequest, depositor: bytes, operator: bytes) -> bytes:
    """The canonical file: the EIP-712 message and the two parties' signatures."""
    signatures = {"depositor": "0x" + depositor.hex(), "operator": "0x" + operator.hex()}
    return canonical_json({"message": order_to_json(request), "signatures": signatures})


def read_terms(request: DepositRequest) -> dict[str, Any]:
    """The terms a request was signed over.

    Raises InvalidInput unless they are canonical JSON, IncompleteDocument naming field and clause.
    """
    terms = parse_canonical(request.terms.encode(), "terms")
    check_terms(terms)
    found: dict[str, Any] = json.loads(request.terms)
    return found


def read_request(data: bytes, domain: Domain) -> SignedRequest:
    """Read the file and recover who signed. Raises EvidenceRejected."""
    try:
        value = parse_canonical(data, REQUEST_FILE)
        if not isinstance(value, dict) or set(value) != {"message", "signatures"}:
            raise InvalidInput(REQUEST_FILE, value, "an object with message and signatures")
        request, signatures = request_from_json(value["message"]), value["signatures"]
        if not isinstance(signatures, dict) or set(signatures) != set(_PARTIES):
            raise InvalidInput("signatures", signatures, "an object with depositor and operator")
        digest = signing_digest(domain, request)
        accounts = [
            recover_signer(digest, signature_from_hex(signatures[party], field=f"signatures.{party}"))
            for party in _PARTIES
        ]
        return SignedRequest(request, read_terms(request), *accounts)
    except HoldfastError as error:
        raise EvidenceRejected("request", f"{REQUEST_FILE}: {error}") from error


def request_json(signed: SignedRequest) -> dict[str, Any]:
    """The request as the manifest states it."""
    return {
        "type": "request",
        "raw_file": REQUEST_FILE,
        "depositor": signed.request.depositor,
        "account": signed.signer,
        "operator": signed.request.operator,
        "operator_account": signed.countersigner,
    }
