"""Which contract an order is for, and so in which EIP-712 domain it is signed and attested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from holdfast.attestation.act_types import ACT_TYPES
from holdfast.attestation.typed_data import Domain, order_from_typed_data
from holdfast.attestation.types import CLASSES, Signable
from holdfast.chain.acts import FUNCTIONS
from holdfast.chain.deployment import Deployment
from holdfast.domain.acts import AnyOrder
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import Misconfigured

AnyRequest = AnyOrder | DepositRequest
"""What members sign."""


def contract_of(deployment: Deployment, kind: type[Any]) -> str:
    """Address of the contract that takes this kind of order.

    Raises:
        Misconfigured: the deployment names no such module.
    """
    if kind not in FUNCTIONS:
        return deployment.warehouse_receipt
    module = FUNCTIONS[kind][0]
    address = deployment.contracts().get(module)
    if address is None:
        raise Misconfigured(f"the deployment names no {module} contract, which takes {kind.__name__}")
    return address


def domain_of(deployment: Deployment, order: Signable | type[Any]) -> Domain:
    """Where signatures on an order, or an attestation of it, count. Raises Misconfigured."""
    kind = order if isinstance(order, type) else type(order)
    return Domain(deployment.chain_id, contract_of(deployment, kind))


def read_typed_data(deployment: Deployment, data: object) -> AnyRequest:
    """The order or request in signed typed data, refusing another chain or contract than its own.

    Raises:
        InvalidInput: another domain, or a field missing or wrong.
        Misconfigured: the deployment names no such module.
    """
    kind = data.get("primaryType") if isinstance(data, Mapping) else None
    of = CLASSES[str(kind)] if kind in ACT_TYPES else DepositRequest
    return order_from_typed_data(domain_of(deployment, of), data)
