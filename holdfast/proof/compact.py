"""The compact form of a title proof: the file's content as RLP behind zlib, less than half its size.

It says neither more nor less than the JSON file and is read back into the same content before anything is
checked. One content has one RLP; zlib adds nothing to it that is believed.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any, Final

from holdfast.domain.errors import InvalidInput
from holdfast.proof import hexes, rlp_strict
from holdfast.proof.errors import ProofRejected
from holdfast.proof.header import OPTIONAL, REQUIRED, Header
from holdfast.proof.rlp_strict import Item, scalar
from holdfast.proof.strict_json import MAX_BYTES

MAGIC: Final = b"\x78\xda"
"""How zlib's best compression begins; no JSON does."""
TYPE: Final = "holdfast-title"
PARTS: Final = ("accounts", "receipt", "lot", "members")
"""Lists of trie nodes, in the order in which they are read."""
CLAIM_FORMS: Final[Mapping[str, str]] = {
    "expires_at": "number",
    "first_pledgee": "number",
    "first_pledgee_account": "hex or null",
    "freezes": "number",
    "holder": "number",
    "holder_account": "hex",
    "kind": "word",
    "lien_terms": "number",
    "liens": "number",
    "lot_attested_g": "amount",
    "lot_id": "hex",
    "lot_live_g": "amount",
    "operator": "number",
    "operator_account": "hex",
    "pledges": "number",
    "quantity_g": "amount",
    "seq": "number",
    "status": "word",
}
"""What a title proof claims, and the form of each value; amounts are decimal strings."""


def pack(content: Mapping[str, Any]) -> bytes:
    """Write a well-formed file's content in the compact form."""
    return zlib.compress(_to_rlp(content), 9)


def unpack(data: bytes) -> dict[str, Any]:
    """Read the compact form back into the file's content, whose fields are still to be checked.

    Raises:
        InvalidInput: no whole zlib stream, more than 1 MiB unpacked, or not the one RLP of its content.
    """
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, MAX_BYTES)
    except zlib.error as e:
        raise InvalidInput("compact title proof", data[:20], f"a whole zlib stream ({e})") from e
    if not stream.eof or stream.unused_data:
        raise InvalidInput(
            "compact title proof", f"{len(data)} bytes", "one whole zlib stream of at most 1 MiB"
        )
    try:
        content = _from_rlp(plain)
    except (ProofRejected, ValueError) as e:
        raise InvalidInput("compact title proof", plain[:20], f"RLP of a title proof ({e})") from e
    if _to_rlp(content) != plain:
        raise InvalidInput("compact title proof", plain[:20], "the one RLP of its content")
    return content


def _to_rlp(content: Mapping[str, Any]) -> bytes:
    header: list[Item] = [
        scalar(int(content["header"][name], 16)) if shape == "number" else _bytes(content["header"][name])
        for name, shape in (*REQUIRED, *OPTIONAL)
        if name in content["header"]
    ]
    claims: list[Item] = []
    for name, form in CLAIM_FORMS.items():
        value = content["claimed"][name]
        if form == "word":
            claims.append(value.encode())
        elif form in ("number", "amount"):
            claims.append(scalar(int(value)))
        else:
            claims.append(b"" if value is None else _bytes(value))
    return rlp_strict.encode(
        [
            scalar(content["version"]),
            scalar(content["chain"]["chain_id"]),
            _bytes(content["chain"]["genesis_hash"]),
            _bytes(content["contracts"]["warehouse_receipt"]),
            _bytes(content["contracts"]["consortium"]),
            _bytes(content["receipt_id"]),
            _bytes(content["block_hash"]),
            header,
            [[_bytes(node) for node in content["proofs"][part]] for part in PARTS],
            claims,
        ]
    )


def _from_rlp(plain: bytes) -> dict[str, Any]:
    items = rlp_strict.decode_list(plain, "title proof")
    if len(items) != 10:
        raise ProofRejected(f"{len(items)} items where 10 are due")
    version, chain_id, genesis, receipts, consortium, receipt_id, block_hash, header, proofs, claims = items
    claimed = {}
    for (name, form), item in zip(CLAIM_FORMS.items(), _list(claims), strict=True):
        claimed[name] = _claim(item, name, form)
    return {
        "type": TYPE,
        "version": rlp_strict.integer(version, "version", 32),
        "chain": {"chain_id": rlp_strict.integer(chain_id, "chain id", 64), "genesis_hash": _hex(genesis)},
        "contracts": {"warehouse_receipt": _hex(receipts), "consortium": _hex(consortium)},
        "receipt_id": _hex(receipt_id),
        "block_hash": _hex(block_hash),
        "header": Header(tuple(_raw(item) for item in _list(header))).to_json(),
        "proofs": {
            part: [_hex(node) for node in _list(nodes)]
            for part, nodes in zip(PARTS, _list(proofs), strict=True)
        },
        "claimed": claimed,
    }


def _claim(item: Item, name: str, form: str) -> object:
    if form == "word":
        return _raw(item).decode("ascii")
    if form == "hex or null" and item == b"":
        return None
    if form.startswith("hex"):
        return _hex(item)
    number = rlp_strict.integer(item, name, 64)
    return str(number) if form == "amount" else number


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _hex(item: Item) -> str:
    return hexes.data(_raw(item))


def _raw(item: Item) -> bytes:
    if not isinstance(item, bytes):
        raise ProofRejected("a list where a byte string is due")
    return item


def _list(item: Item) -> list[Item]:
    if isinstance(item, bytes):
        raise ProofRejected("a byte string where a list is due")
    return item
