"""CIDs computed here against those Kubo recorded, and the strict reading of their text."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.domain.errors import InvalidInput
from holdfast.evidence.cid import (
    CHUNK_BYTES,
    DAG_PB,
    RAW,
    Cid,
    DagBuilder,
    blocks_of_bytes,
    cid_of_blocks,
    cid_of_bytes,
    cid_of_file,
    cid_of_raw_digest,
    digest_of_raw_cid,
    parse_cid,
)
from tests.fakes.kubo_replay import KuboReplay, seeded_bytes

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "cids.json").read_text("utf-8"))["cids"]
RECORDED = {
    name: row
    for name, row in KuboReplay().exchanges.items()
    if row["upload"] is not None and row["status"] == 200
}
GOOD = "bafkreibb54k2hgmlcuarderit2y3vj4vyepan6obdbt46vxu2vhl4tond4"


def test_vectors__the_required_sizes__are_all_there() -> None:
    sizes = {v["size_bytes"] for v in VECTORS}
    assert {0, 1, 2**20 - 1, 2**20, 2**20 + 1, 10 * 2**20} <= sizes


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: str(v["size_bytes"]))
def test_cid__vectors__agree_however_the_bytes_come(vector: dict[str, Any]) -> None:
    data = seeded_bytes(vector["seed"], vector["size_bytes"])
    assert cid_of_bytes(data) == vector["cid"]
    assert cid_of_file(io.BytesIO(data)) == vector["cid"]


@pytest.mark.parametrize("name", RECORDED)
def test_cid__every_recorded_upload__is_kubos(name: str) -> None:
    row = RECORDED[name]
    answer = json.loads(row["body_text"].splitlines()[-1])
    data = seeded_bytes(row["upload"]["seed"], row["upload"]["size"])
    assert cid_of_bytes(data) == answer.get("Hash", answer.get("Key"))


def test_blocks__recorded_car_files__hold_the_same_bytes() -> None:
    """The replay builds both CAR files from our blocks and fails unless Kubo's digest comes out."""
    replay = KuboReplay()
    assert len(replay.body_of("gw-car")) == 3146201
    assert len(replay.body_of("dag-export-car")) == 4193


def test_blocks__root_block__has_the_size_kubo_says() -> None:
    cid, block = blocks_of_bytes(seeded_bytes("g", 3145745))[-1]
    assert len(block) == 205
    assert cid == Cid(DAG_PB, hashlib.sha256(block).digest())


class _Drip(io.RawIOBase):
    """A stream that gives odd pieces, as sockets and pipes do, and remembers the largest it was asked for."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)
        self.asked = 0

    def read(self, size: int = -1) -> bytes:
        self.asked = max(self.asked, size)
        return self._rest.read(min(size, 77_777))


def test_file__dripping_stream__gives_the_same_cid_and_asks_for_one_chunk() -> None:
    data = seeded_bytes("g", 3145745)
    stream = _Drip(data)
    assert cid_of_file(stream) == cid_of_bytes(data)  # type: ignore[arg-type]
    assert stream.asked == CHUNK_BYTES


def _naive_root(leaves: list[bytes], links: int) -> str:
    """The balanced layout said once more, the slow way: level by level."""
    level = [(Cid(RAW, hashlib.sha256(x).digest()).to_bytes(), len(x), len(x)) for x in leaves]
    while len(level) > 1 or not level:
        groups = [level[i : i + links] for i in range(0, len(level), links)]
        level = [_naive_node(group) for group in groups]
    return "b" + base64.b32encode(level[0][0]).decode().rstrip("=").lower()


def _naive_node(group: list[tuple[bytes, int, int]]) -> tuple[bytes, int, int]:
    def varint(n: int) -> bytes:
        return bytes([n]) if n < 128 else bytes([n % 128 + 128]) + varint(n // 128)

    body = b""
    for cid, _, tree in group:
        link = b"\x0a\x24" + cid + b"\x12\x00\x18" + varint(tree)
        body += b"\x12" + varint(len(link)) + link
    total = sum(size for _, size, _ in group)
    data = b"\x08\x02\x18" + varint(total) + b"".join(b"\x20" + varint(size) for _, size, _ in group)
    block = body + b"\x0a" + varint(len(data)) + data
    digest = hashlib.sha256(block).digest()
    return b"\x01\x70\x12\x20" + digest, total, len(block) + sum(tree for _, _, tree in group)


@given(st.integers(1, 90), st.integers(2, 4), st.integers(1, 5))
def test_tree__any_shape__equals_the_level_by_level_one(chunks: int, links: int, last: int) -> None:
    leaves = [bytes([i]) * 5 for i in range(chunks - 1)] + [b"z" * last]
    tree = DagBuilder(chunk_bytes=5, max_links=links)
    for leaf in leaves:
        tree.add(leaf)
    assert str(tree.root()) == _naive_root(leaves, links)


@pytest.mark.parametrize("chunks", [1023, 1024, 1025, 2048, 2049])
def test_tree__beyond_1024_chunks__from_a_synthetic_source(chunks: int) -> None:
    """The true profile without its gigabytes: a leaf is only its CID and size. Every block is counted."""
    leaf = Cid(RAW, hashlib.sha256(bytes(CHUNK_BYTES)).digest())
    nodes: list[int] = []
    tree = DagBuilder(sink=lambda _, block: nodes.append(len(block)))
    for _ in range(chunks):
        tree.add_leaf(leaf, CHUNK_BYTES)
    assert tree.root().codec == DAG_PB
    expected, level = 0, chunks
    while level > 1:
        level = -(-level // 1024)
        expected += level
    assert len(nodes) == expected


def test_tree__1025_mib_of_zeros__is_the_importers_cid() -> None:
    """Computed by npm's ipfs-unixfs-importer 17.1.1 (see tests/integration/test_cid_npm.py)."""
    leaf = Cid(RAW, hashlib.sha256(bytes(CHUNK_BYTES)).digest())
    tree = DagBuilder()
    for _ in range(1025):
        tree.add_leaf(leaf, CHUNK_BYTES)
    assert str(tree.root()) == "bafybeigt7wofv4vnxbg3titijasuw4ptg5kfztec4smsk7opdt7z6djoxq"


@pytest.mark.parametrize(
    "sizes", [(CHUNK_BYTES + 1,), (5, 5), (CHUNK_BYTES, 0), (0, 0)], ids=["large", "short", "empty", "two"]
)
def test_blocks__chunks_against_the_profile__are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput, match="chunk"):
        cid_of_blocks(bytes(size) for size in sizes)


def test_digest__raw__goes_there_and_back() -> None:
    digest = hashlib.sha256(b"sealed manifest").digest()
    assert cid_of_raw_digest(digest) == cid_of_bytes(b"sealed manifest")
    assert digest_of_raw_cid(cid_of_raw_digest(digest)) == digest
    with pytest.raises(InvalidInput, match="32 bytes"):
        cid_of_raw_digest(digest[1:])
    with pytest.raises(InvalidInput, match="raw CID"):
        digest_of_raw_cid(cid_of_bytes(bytes(CHUNK_BYTES + 1)))


@given(st.binary(min_size=32, max_size=32), st.sampled_from([RAW, DAG_PB]))
def test_parse__own_text__is_read_back(digest: bytes, codec: int) -> None:
    cid = Cid(codec, digest)
    assert parse_cid(str(cid)) == cid


def _text(data: bytes) -> str:
    return "b" + base64.b32encode(data).decode().rstrip("=").lower()


@pytest.mark.parametrize(
    "text",
    [
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
        GOOD.upper(),
        "B" + GOOD[1:],
        GOOD[:-1],
        GOOD + "a",
        GOOD + "=",
        GOOD + "\n",
        " " + GOOD,
        GOOD + "/../../etc/passwd",
        "../" + GOOD,
        "/ipfs/" + GOOD,
        GOOD.replace("b", "1"),
        # Spare bits: 58 characters hold 290 bits, a CID has 288; the last two must be zero.
        *(GOOD[:-1] + other for other in "5670"),
        _text(b"\x01\x71\x12\x20" + bytes(32)),
        _text(b"\x01\x55\x1b\x20" + bytes(32)),
        _text(b"\x01\x55\x12\x1f" + bytes(32)),
        _text(b"\x02\x55\x12\x20" + bytes(32)),
        _text(b"\x00\x55\x12\x20" + bytes(32)),
        "zdj7WWeQ43G6JJvLWQWZpyHuAMq6uYWRjkBXFad11vE2LHhQ7",
        "",
        "not-a-cid",
    ],
)
def test_parse__any_other_spelling__is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cid"):
        parse_cid(text)
