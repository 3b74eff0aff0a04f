"""Any single edit of a good title fails, and at the step that is about the edited thing."""

from __future__ import annotations

import copy
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.proof import rlp_strict
from holdfast.proof.bundle import dump, parse_bundle
from holdfast.proof.report import Outcome, Report, render_report
from holdfast.proof.strict_json import MAX_BYTES
from holdfast.proof.verify import verify_title
from tests.unit.proof.data import GOOD, NOW, TRUST, good

COMPACT = parse_bundle(GOOD).to_compact()
STEP_OF = {
    "chain": {"chain"},
    "contracts": {"chain"},
    "receipt_id": {"storage"},
    "block_hash": {"header"},
    "header": {"header"},
    "accounts": {"contract"},
    "receipt": {"storage"},
    "lot": {"lot"},
    "members": {"members"},
    "claimed": {"claims", "file"},
    "type": {"file"},
    "version": {"file"},
}


def verify(bundle: bytes | dict[str, Any]) -> Report:
    return verify_title(bundle, TRUST, NOW)


def failed_step(bundle: bytes | dict[str, Any]) -> str:
    report = verify(bundle)
    assert not report.holds
    assert report.failed is not None
    assert report.failed.outcome is Outcome.FAILED
    render_report(report)
    return report.failed.name


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    else:
        yield path, value


def replaced(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    content = good()
    at: Any = content
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return content


def one_digit_on(value: Any) -> Any:
    """The same form, another value."""
    if value is None:
        return "0x" + "11" * 20
    if isinstance(value, int):
        return value + 1
    if value.startswith("0x"):
        return value[:-1] + ("1" if value[-1] != "1" else "2")
    return value[:-1] + ("1" if value[-1] != "1" else "2") if value[-1].isdigit() else value + "X"


def test_edit__every_single_value__fails_at_the_step_about_it() -> None:
    count = 0
    for path, value in leaves(good()):
        part = path[1] if path[0] == "proofs" else path[0]
        # The last digit of extraData is the last seal's, which the block's hash does not cover.
        steps = {"seals"} if path[-1] == "extraData" else STEP_OF[part]
        assert failed_step(replaced(path, one_digit_on(value))) in steps, path
        count += 1
    assert count > 50


def test_edit__every_byte_of_every_node__fails_at_the_step_that_reads_it() -> None:
    for part, nodes in good()["proofs"].items():
        for place, node in enumerate(nodes):
            raw = bytes.fromhex(node[2:])
            for at in range(0, len(raw), 5):
                edited = raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :]
                bad = replaced(("proofs", part, place), "0x" + edited.hex())
                assert failed_step(bad) in STEP_OF[part]


def test_edit__every_node_left_out_or_doubled__fails_at_the_step_that_reads_it() -> None:
    for part, nodes in good()["proofs"].items():
        for place in range(len(nodes)):
            for edited in (nodes[:place] + nodes[place + 1 :], nodes[: place + 1] + nodes[place:]):
                assert failed_step(replaced(("proofs", part), edited)) in STEP_OF[part]


def test_edit__every_value_of_another_type__is_no_well_formed_file() -> None:
    for path, _ in leaves(good()):
        if path == ("claimed", "first_pledgee_account"):
            continue
        for other in (None, True, [], {}, 1.0, "", "0x"):
            if (path[0] == "proofs" or path[-1] == "extraData") and other == "0x":
                continue  # no bytes have the form of some bytes, and fail later
            assert failed_step(replaced(path, other)) == "file", (path, other)


def test_edit__every_field_left_out_or_one_more__is_no_well_formed_file() -> None:
    def objects(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            yield value
            for item in value.values():
                yield from objects(item)

    for place, _ in enumerate(objects(good())):
        names = list(list(objects(good()))[place])
        edits: list[Callable[[dict[str, Any]], Any]] = [lambda o, n=n: o.pop(n) for n in names]  # type: ignore[misc]
        edits.append(lambda o: o.update(further="x"))
        for edit in edits:
            content = copy.deepcopy(good())
            edit(list(objects(content))[place])
            assert failed_step(content) == "file"


def test_file__every_line_end_space_or_escape__is_not_canonical() -> None:
    assert verify(GOOD + b"\n").holds
    for bad in (
        GOOD + b"\n\n",
        GOOD + b" ",
        b" " + GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b":", b": ", 1),
    ):
        assert failed_step(bad) == "file"
    assert failed_step(GOOD.replace(b'"LIVE"', b'"\\u004cIVE"')) == "file"


def test_file__too_large_or_too_deep__is_refused() -> None:
    assert failed_step(GOOD + b" " * MAX_BYTES) == "file"
    for deep in (b"[" * 500_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b"[" * 5_000 + b"]" * 5_000):
        assert failed_step(deep) == "file"
    for odd in (
        b"",
        b"null",
        b"[]",
        b"{}",
        b"1" * 5_000,
        b'{"a":1e5}',
        b'{"a":NaN}',
        b"\x00",
        b'{"a":"\\ud800"}',
    ):
        assert failed_step(odd) == "file"
    assert failed_step({"version": 1}) == "file"
    assert failed_step({}) == "file"


def test_file__zip_bomb_or_broken_stream__is_refused() -> None:
    assert verify(COMPACT).holds
    for bad in (
        zlib.compress(bytes(50_000_000), 9),
        zlib.compress(bytes(MAX_BYTES), 9),
        zlib.compress(b"", 9),
        zlib.compress(GOOD, 9),
        zlib.compress(b"\xc1" * 1000, 9),
        COMPACT + b"x",
        COMPACT[:-1],
        COMPACT[:2],
    ):
        assert failed_step(bad) == "file"


def test_file__compact_with_a_number_written_otherwise__is_refused() -> None:
    items = rlp_strict.decode_list(zlib.decompress(COMPACT))
    assert zlib.compress(rlp_strict.encode(items), 9) == COMPACT
    header = items[7]
    assert isinstance(header, list)
    header[8] = b"\x00" + bytes(header[8])
    report = verify(zlib.compress(rlp_strict.encode(items), 9))
    assert report.failed is not None
    assert report.failed.name == "file"
    assert "the one RLP" in report.failed.detail


def test_claims__words_for_a_terminal__are_printed_harmlessly() -> None:
    content = {**good(), "\x1b[2J": 1}
    assert "\x1b" not in render_report(verify(content))
    assert "\x1b" not in render_report(verify(dump(content)))


FLIPS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(FLIPS)
def test_fuzz__flipped_bytes_of_the_file__never_hold_and_never_crash(flips: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, mask in flips:
        data[at % len(data)] ^= mask
    if bytes(data) != GOOD:
        failed_step(bytes(data))


@settings(max_examples=400, deadline=None)
@given(FLIPS)
def test_fuzz__flipped_bytes_of_the_compact_form__never_change_what_it_says(
    flips: list[tuple[int, int]],
) -> None:
    data = bytearray(COMPACT)
    for at, mask in flips:
        data[at % len(data)] ^= mask
    report = verify(bytes(data))
    if report.holds:  # zlib has bits that mean nothing; what is read is then the same
        assert parse_bundle(bytes(data)).to_bytes() == GOOD


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=2_000), st.binary(max_size=500).map(lambda tail: b"\x78\xda" + tail)))
def test_fuzz__any_bytes__are_refused_as_no_file(data: bytes) -> None:
    assert failed_step(data) == "file"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([path for path, _ in leaves(good())]), st.integers(1, 4), JSON)
def test_fuzz__any_json_in_any_place__never_holds_and_never_crashes(
    path: tuple[Any, ...], depth: int, value: Any
) -> None:
    content = replaced(path[:depth], value)
    if json.dumps(content, sort_keys=True) != json.dumps(good(), sort_keys=True):
        failed_step(content)
