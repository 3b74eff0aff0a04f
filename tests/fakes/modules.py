"""Addresses for every module that a deployment can name, made from their names."""

from __future__ import annotations

from dataclasses import fields, replace
from hashlib import sha256

from eth_utils import to_checksum_address

from holdfast.chain.deployment import Deployment


def with_modules(deployment: Deployment) -> Deployment:
    """The same deployment with an address for each module it leaves open."""
    open_ones = [field.name for field in fields(deployment) if getattr(deployment, field.name) == ""]
    made = {name: to_checksum_address(sha256(name.encode()).digest()[:20]) for name in open_ones}
    return replace(deployment, **made)  # type: ignore[arg-type]
