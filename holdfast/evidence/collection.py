"""How a collection of claim and observations is written into a bundle, and the digests drawn from it.

One place says the file names and the JSON of claim and observations; the oracle writes with it, attesters
and auditors read with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.domain.claims import StockClaim
from holdfast.domain.document import ReceiptDocument, document_from_json, document_to_json
from holdfast.domain.errors import EvidenceRejected
from holdfast.domain.observations import FrameReading, Weighing
from holdfast.domain.policy import Policy, policy_from_json, policy_to_json
from holdfast.evidence.canonical import canonical_json, json_digest, parse_canonical, sha256_digest

CLAIM_FILE = "claim.json"
POLICY_FILE = "policy.json"


def document_file(index: int) -> str:
    """File name of the n-th receipt document, from 1."""
    return f"receipt-{index:03d}.json"


def weighing_file(index: int) -> str:
    """File name of the n-th signed weighing, from 1."""
    return f"weighing-{index:02d}.cose"


def frame_files(index: int, media_type: str) -> tuple[str, str]:
    """File names of the n-th frame's envelope and image, from 1."""
    ending = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}[media_type]
    return f"frame-{index:02d}.cose", f"frame-{index:02d}.{ending}"


def lot_id(policy: Policy, operator: int, site: str, lot: str) -> bytes:
    """A lot's id, 24 bytes: one lot of one operator on one site has one id, so it is offered once."""
    identity = {"lot": lot, "operator": operator, "salt": policy.lot_salt, "site": site}
    return json_digest(identity)[:24]


def policy_digest(policy: Policy) -> bytes:
    """sha256 of the policy's canonical JSON: what the chain holds."""
    return json_digest(policy_to_json(policy))


def policy_bytes(policy: Policy) -> bytes:
    """The policy's canonical JSON."""
    return canonical_json(policy_to_json(policy))


def read_policy(data: bytes) -> Policy:
    """Read a policy from canonical bytes. Raises InvalidInput."""
    value = parse_canonical(data, "policy")
    if not isinstance(value, Mapping):
        raise EvidenceRejected("policy", "the policy is not a JSON object")
    return policy_from_json(value)


def document_bytes(document: ReceiptDocument) -> bytes:
    """A receipt document's canonical JSON."""
    return canonical_json(document_to_json(document))


def receipt_id(document: ReceiptDocument) -> int:
    """The receipt id a document commits to: sha256 of its canonical JSON."""
    return int.from_bytes(sha256_digest(document_bytes(document)))


def read_document(data: bytes) -> ReceiptDocument:
    """Read a receipt document from canonical bytes. Raises InvalidInput or IncompleteDocument."""
    value = parse_canonical(data, "receipt document")
    if not isinstance(value, Mapping):
        raise EvidenceRejected("document", "a receipt document is not a JSON object")
    return document_from_json(value)


def claim_json(claim: StockClaim, operator: int, challenge: str) -> dict[str, Any]:
    """The manifest's claim: what the WMS says, whose lot it is, and the challenge code shown."""
    return {
        "raw_file": CLAIM_FILE,
        "stated": claim.to_json(),
        "operator": operator,
        "challenge_code": challenge,
    }


def weighing_json(weighing: Weighing) -> dict[str, Any]:
    """One weighing as the manifest states it."""
    return {
        "type": "weighing",
        "raw_file": weighing.file,
        "device": weighing.device,
        "load": weighing.load,
        "gross_g": str(weighing.gross_g),
        "tare_g": str(weighing.tare_g),
        "counter": weighing.counter,
        "observed_at": weighing.observed_at,
        "recorded_at": weighing.recorded_at,
    }


def frame_json(frame: FrameReading, envelope_file: str) -> dict[str, Any]:
    """One frame as the manifest states it: the discrete facts read in it."""
    return {
        "type": "frame",
        "raw_file": frame.file,
        "envelope_file": envelope_file,
        "device": frame.device,
        "counter": frame.counter,
        "bay": frame.bay,
        "challenge": frame.challenge,
        "values": list(frame.values),
        "observed_at": frame.observed_at,
        "recorded_at": frame.recorded_at,
    }


def core_digest(
    claim: Mapping[str, Any], observations: Sequence[Mapping[str, Any]], files: Mapping[str, bytes]
) -> str:
    """What a new receipt document commits to: claim, observations and the raw files' digests, as hex.

    The manifest cannot be named by the document, since it holds the order, and the order the document's
    digest (docs/adr/0005).
    """
    names = sorted(raw_files(claim, observations))
    core = {
        "claim": dict(claim),
        "observations": [dict(item) for item in observations],
        "files": [{"name": name, "sha256": sha256_digest(files[name]).hex()} for name in names],
    }
    return json_digest(core).hex()


def raw_files(claim: Mapping[str, Any], observations: Sequence[Mapping[str, Any]]) -> set[str]:
    """Names of the raw evidence files that claim and observations rest on."""
    names = {str(claim["raw_file"])}
    for item in observations:
        names.add(str(item["raw_file"]))
        if "envelope_file" in item:
            names.add(str(item["envelope_file"]))
    return names
