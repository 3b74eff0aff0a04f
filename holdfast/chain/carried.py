"""Acts read back from calls of the modules, as `calldata.read_call` reads orders back."""

from __future__ import annotations

from typing import Any

from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple

from holdfast.attestation.typed_data import act_from_json, attestation_from_json
from holdfast.chain.acts import ATTESTED, CONSENTS, FUNCTIONS, PARTIES
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.calldata import CarriedOrder, named_value
from holdfast.domain.errors import InvalidInput


def read_act_call(data: bytes) -> CarriedOrder | None:
    """The attested act that a call of a module carries; None if it carries none."""
    for kind, (module, name) in FUNCTIONS.items():
        if kind not in ATTESTED:
            continue
        function = next(
            item for item in load_artifact(module).abi if item["type"] == "function" and item["name"] == name
        )
        types = [collapse_if_tuple(item) for item in function["inputs"]]
        if data[:4] == keccak(text=f"{name}({','.join(types)})")[:4]:
            return _read(kind, function["inputs"], types, data[4:])
    return None


def _read(kind: type[Any], inputs: list[Any], types: list[str], data: bytes) -> CarriedOrder | None:
    """Arguments come as `chain.acts.act_arguments` puts them."""
    try:
        decoded = decode(types, data, strict=False)
        values = [named_value(item, value) for item, value in zip(inputs, decoded, strict=True)]
        parties = PARTIES[kind]
        after = 1 + len(parties)
        consent = values[after] if kind in CONSENTS else b""
        attestation, _committee, packed = values[-3:]
        return CarriedOrder(
            act_from_json(kind.__name__, values[0]),
            attestation_from_json(attestation),
            tuple(packed[i : i + 64] for i in range(0, len(packed), 64)),
            dict(zip(parties, values[1:after], strict=True)),
            consent,
        )
    except (DecodingError, InvalidInput, OverflowError):
        return None
