"""Functions that every act calls come early: the dispatcher tries them in the order of their selectors."""

from __future__ import annotations

import pytest
from eth_utils import function_abi_to_4byte_selector

from holdfast.chain.artifacts import load_artifact

EARLY = {
    "Consortium": ("countIssuedFor", "activePair", "permissions", "actingFor", "movedFromTo", "countOffFor"),
    "WarehouseReceipt": ("releasePledge",),
    "Pledge": ("pledge", "release"),
}
"""Contract -> functions within acts that have a gas budget; each one before them costs 22 gas."""
MOST_BEFORE = 8


@pytest.mark.parametrize(("contract", "name"), [(c, n) for c, names in EARLY.items() for n in names])
def test_selector__of_a_function_with_a_budget__few_come_before_it(contract: str, name: str) -> None:
    functions = [item for item in load_artifact(contract).abi if item["type"] == "function"]
    functions.sort(key=function_abi_to_4byte_selector)  # type: ignore[arg-type]
    names = [item["name"] for item in functions]
    assert names.index(name) <= MOST_BEFORE, (
        f"{names[: names.index(name)]} come before {contract}.{name}, 22 gas each: rename one of them"
    )
