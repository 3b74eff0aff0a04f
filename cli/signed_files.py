"""Files in which orders of governance go from attester to attester: what is signed, and by whom so far."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.errors import WrongUsage
from cli.inputs import read_json_object
from holdfast.attestation.signatures import signature_from_hex
from holdfast.attestation.typed_data import Domain, typed_data
from holdfast.attestation.types import Signable
from holdfast.domain.errors import InvalidInput

VERSION = 1


def signed_json(domain: Domain, order: Signable, signatures: Sequence[bytes]) -> dict[str, Any]:
    """An order and the signatures on it (65 bytes each)."""
    return {
        "signatures": ["0x" + signature.hex() for signature in signatures],
        "typed_data": typed_data(domain, order),
    }


def read_signed(found: Mapping[str, Any], domain: Domain) -> tuple[object, tuple[bytes, ...]]:
    """The message and the signatures back, refusing another chain or contract. Raises InvalidInput."""
    data = found.get("typed_data")
    given = data.get("domain") if isinstance(data, dict) else None
    if not isinstance(data, dict) or given != domain.to_json():
        raise InvalidInput("domain", given, f"{domain.to_json()}: this consortium's")
    signatures = found.get("signatures")
    if not isinstance(signatures, list):
        raise InvalidInput("signatures", signatures, "a list")
    return data.get("message"), tuple(signature_from_hex(text) for text in signatures)


def write_file(path: Path, kind: str, content: Mapping[str, Any]) -> None:
    """Write the file whole. Raises WrongUsage if that cannot be done."""
    try:
        path.write_text(
            json.dumps({"type": kind, "version": VERSION, **content}, indent=1) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {error.strerror}") from error


def read_file(path: Path, kind: str) -> dict[str, Any]:
    """Read a file of this kind. Raises InvalidInput, WrongUsage."""
    found = read_json_object(str(path), "FILE")
    if found.get("type") != kind or found.get("version") != VERSION:
        raise InvalidInput("type", found.get("type"), f"{kind}, version {VERSION}")
    return dict(found)
