"""Content identifiers, computed here and never taken on a node's word.

Profile `unixfs-v1-2025`: CIDv1 in base32, SHA-256, raw leaves of 1 MiB, nodes of at most 1,024 links, all
leaves at one depth (balanced). The two protobuf messages involved, dag-pb's node and UnixFS's data, are so
small that they are written by hand.

Sources: IPIP-499 (profiles), the IPLD dag-pb specification (links before data, empty names written), the
UnixFS specification (type, filesize, blocksizes).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from holdfast.domain.errors import InvalidInput

CHUNK_BYTES: Final = 1024 * 1024
MAX_LINKS: Final = 1024
RAW: Final = 0x55
DAG_PB: Final = 0x70

_SHA2_256: Final = b"\x12\x20"
_UNIXFS_FILE: Final = b"\x08\x02"
_TEXT: Final = re.compile(r"b[a-z2-7]{58}")

BlockSink = Callable[["Cid", bytes], None]


@dataclass(frozen=True, slots=True)
class Cid:
    """A CIDv1 over SHA-256.

    Attributes:
        codec: 0x55 (raw: the digest is the SHA-256 of the bytes themselves) or 0x70 (dag-pb: a tree's root).
        digest: 32 bytes.
    """

    codec: int
    digest: bytes

    def __str__(self) -> str:
        """Lower-case base32, 59 characters."""
        return "b" + base64.b32encode(self.to_bytes()).decode().rstrip("=").lower()

    def to_bytes(self) -> bytes:
        """The 36 bytes of the binary form."""
        return bytes([1, self.codec]) + _SHA2_256 + self.digest


def parse_cid(text: str) -> Cid:
    """Read a CID exactly as this profile writes it.

    Because nothing else passes (no path, no upper case, no second spelling), the text is safe as a file name.

    Raises:
        InvalidInput: CIDv0, another base, codec or hash, a path, upper case, or stray padding bits.
    """
    if not isinstance(text, str) or not _TEXT.fullmatch(text):
        raise InvalidInput("cid", text, "a CIDv1 in lower-case base32: 'b' and 58 of a-z, 2-7 (no path)")
    data = base64.b32decode(text[1:].upper() + "======")
    if data[0] != 1 or data[1] not in (RAW, DAG_PB) or data[2:4] != _SHA2_256:
        raise InvalidInput("cid", text, "a CIDv1 of codec raw or dag-pb with a SHA-256 digest")
    cid = Cid(data[1], data[4:])
    if str(cid) != text:
        raise InvalidInput("cid", text, f"the canonical spelling {cid}")
    return cid


def cid_of_raw_digest(digest: bytes) -> str:
    """The CID of one raw block with this SHA-256: turns an on-chain evidence location into a store's key.

    Raises:
        InvalidInput: the digest is not 32 bytes.
    """
    if len(digest) != 32:
        raise InvalidInput("digest", f"{len(digest)} bytes", "32 bytes of SHA-256")
    return str(Cid(RAW, bytes(digest)))


def digest_of_raw_cid(text: str) -> bytes:
    """The SHA-256 a raw CID stands for, 32 bytes: the reverse of `cid_of_raw_digest`.

    Raises:
        InvalidInput: not a CID, or the root of a tree, whose digest is not that of the content.
    """
    cid = parse_cid(text)
    if cid.codec != RAW:
        raise InvalidInput("cid", text, "a raw CID (bafkrei...): content of one block")
    return cid.digest


def cid_of_bytes(data: bytes) -> str:
    """The CID a node in the pinned profile gives these bytes."""
    view = memoryview(data)
    return cid_of_blocks(view[i : i + CHUNK_BYTES] for i in range(0, max(len(data), 1), CHUNK_BYTES))


def cid_of_file(stream: BinaryIO) -> str:
    """The CID of everything left in `stream`, read 1 MiB at a time and held no longer."""
    return cid_of_blocks(_chunks(stream))


def cid_of_blocks(chunks: Iterable[bytes | memoryview]) -> str:
    """The CID of content already cut: chunks of 1 MiB but for the last, none empty but a lone one."""
    tree = DagBuilder()
    for chunk in chunks:
        tree.add(chunk)
    return str(tree.root())


def blocks_of_bytes(data: bytes) -> list[tuple[Cid, bytes]]:
    """Every block of the tree over `data`, leaves first and the root last: what a node stores."""
    found: list[tuple[Cid, bytes]] = []
    tree = DagBuilder(sink=lambda cid, block: found.append((cid, block)))
    for i in range(0, max(len(data), 1), CHUNK_BYTES):
        tree.add(data[i : i + CHUNK_BYTES])
    tree.root()
    return found


@dataclass(frozen=True, slots=True)
class _Link:
    cid: Cid
    content_bytes: int
    """Bytes of the file under this link (UnixFS blocksize)."""
    tree_bytes: int
    """Bytes of all blocks under this link (dag-pb Tsize)."""


class DagBuilder:
    """Builds the balanced tree leaf by leaf, keeping at most one unfinished node per level.

    The two sizes are parameters only so that tests can build deep trees from little data; anything stored
    uses the profile's.
    """

    def __init__(
        self, *, chunk_bytes: int = CHUNK_BYTES, max_links: int = MAX_LINKS, sink: BlockSink | None = None
    ) -> None:
        """Start with no leaf. `sink` is handed every finished block."""
        self._chunk_bytes = chunk_bytes
        self._max_links = max_links
        self._sink = sink
        self._levels: list[list[_Link]] = [[]]
        self._last_bytes: int | None = None

    def add(self, chunk: bytes | memoryview) -> None:
        """Add the next leaf. Raises InvalidInput if the chunk does not fit the profile."""
        cid = Cid(RAW, hashlib.sha256(chunk).digest())
        self.add_leaf(cid, len(chunk))
        if self._sink is not None:
            self._sink(cid, bytes(chunk))

    def add_leaf(self, cid: Cid, size_bytes: int) -> None:
        """Add the next leaf by its CID and size, for content whose blocks were hashed elsewhere.

        Raises:
            InvalidInput: larger than a chunk, or after a leaf that was not full.
        """
        if size_bytes > self._chunk_bytes:
            raise InvalidInput("chunk", f"{size_bytes} bytes", f"at most {self._chunk_bytes} bytes")
        if self._last_bytes is not None and (self._last_bytes != self._chunk_bytes or size_bytes == 0):
            raise InvalidInput("chunk", f"{size_bytes} bytes", "only the last chunk short, none empty")
        self._last_bytes = size_bytes
        self._push(0, _Link(cid, size_bytes, size_bytes))

    def root(self) -> Cid:
        """Close the tree. One leaf is its own root; nothing at all is the CID of no bytes."""
        if self._last_bytes is None:
            self.add(b"")
        level = 0
        while level + 1 < len(self._levels) or len(self._levels[level]) > 1:
            self._close(level)
            level += 1
        return self._levels[level][0].cid

    def _push(self, level: int, link: _Link) -> None:
        if level == len(self._levels):
            self._levels.append([])
        if len(self._levels[level]) == self._max_links:
            self._close(level)
        self._levels[level].append(link)

    def _close(self, level: int) -> None:
        """Turn the links of a level into one node, the next level's link."""
        links = self._levels[level]
        self._levels[level] = []
        block = _node(links)
        cid = Cid(DAG_PB, hashlib.sha256(block).digest())
        if self._sink is not None:
            self._sink(cid, block)
        tree_bytes = len(block) + sum(link.tree_bytes for link in links)
        self._push(level + 1, _Link(cid, sum(link.content_bytes for link in links), tree_bytes))


def _node(links: list[_Link]) -> bytes:
    """dag-pb PBNode: repeated Links (2) first, then Data (1) holding UnixFS Data of type File."""
    out = bytearray()
    for link in links:
        pb_link = _field(1, link.cid.to_bytes()) + _field(2, b"") + b"\x18" + _varint(link.tree_bytes)
        out += _field(2, pb_link)
    unixfs = bytearray(_UNIXFS_FILE + b"\x18" + _varint(sum(link.content_bytes for link in links)))
    for link in links:
        unixfs += b"\x20" + _varint(link.content_bytes)
    return bytes(out + _field(1, bytes(unixfs)))


def _field(number: int, data: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return bytes([number << 3 | 2]) + _varint(len(data)) + data


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Cut a stream into chunks of exactly 1 MiB whatever sizes its reads come in."""
    while True:
        parts: list[bytes] = []
        missing = CHUNK_BYTES
        while missing and (part := stream.read(missing)):
            parts.append(part)
            missing -= len(part)
        if parts:
            yield b"".join(parts)
        if missing:
            return
