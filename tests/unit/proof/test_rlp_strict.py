from __future__ import annotations

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from holdfast.proof import rlp_strict
from holdfast.proof.errors import ProofRejected

ITEMS = st.recursive(st.binary(max_size=300), lambda inner: st.lists(inner, max_size=5), max_leaves=20)


def depth(item: rlp_strict.Item) -> int:
    return 0 if isinstance(item, bytes) else 1 + max((depth(part) for part in item), default=0)


@given(ITEMS.filter(lambda item: depth(item) <= rlp_strict.MAX_DEPTH))
def test_rlp__any_item__agrees_with_the_other_implementation(item: rlp_strict.Item) -> None:
    raw = rlp_strict.encode(item)
    assert raw == rlp.encode(item)
    assert rlp_strict.decode(raw) == item


@given(st.binary(max_size=80))
def test_rlp__any_bytes__are_refused_or_are_the_one_encoding_of_what_they_say(data: bytes) -> None:
    try:
        item = rlp_strict.decode(data)
    except ProofRejected:
        return
    assert rlp_strict.encode(item) == data


@pytest.mark.parametrize(
    "text",
    [
        "",  # nothing
        "8100",  # a byte below 0x80 with a length
        "817f",
        "b800",  # a long form for a short string
        "b83700" + "00" * 54,  # 55 bytes in the long form
        "b90038" + "00" * 56,  # a length with a leading zero
        "f800",  # a long form for a short list
        "83aabb",  # cut off
        "c2aa",
        "c483aabb",  # an item longer than its list
        "b8",  # the length itself is missing
        "8080",  # something follows
        "c080",
        "bfffffffffffffffff",  # a length beyond all bounds
        "c1" * 200 + "c0",  # deep nesting
    ],
)
def test_decode__not_the_one_encoding__is_refused(text: str) -> None:
    with pytest.raises(ProofRejected):
        rlp_strict.decode(bytes.fromhex(text))


def test_decode__eight_levels__are_read_and_nine_refused() -> None:
    def nested(levels: int) -> rlp_strict.Item:
        item: rlp_strict.Item = b"x"
        for _ in range(levels):
            item = [item]
        return item

    assert rlp_strict.decode(rlp_strict.encode(nested(8))) == nested(8)
    with pytest.raises(ProofRejected, match="nested deeper"):
        rlp_strict.decode(rlp_strict.encode(nested(9)))


@pytest.mark.parametrize("item", [b"\x00", b"\x00\x01", b"\x01" * 33, []])
def test_integer__not_minimal_or_too_large__is_refused(item: rlp_strict.Item) -> None:
    with pytest.raises(ProofRejected, match="number"):
        rlp_strict.integer(item, "n")
