"""The Kubo client against all 45 recorded exchanges, without a socket.

Each exchange is either produced by the client or, where the client must never send such a request, asked of
the recording directly with the reason said. The last test makes sure that none is left out.
"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from holdfast.domain.errors import EvidenceMissing, EvidenceRejected, InvalidInput, Misconfigured, Unreachable
from holdfast.evidence.cid import cid_of_bytes
from holdfast.store.kubo import KuboStore
from holdfast.store.kubo_rpc import ADD_PARAMETERS, KuboRpc
from tests.fakes.kubo_replay import EXCHANGES, KuboReplay, NotRecorded, ReplayTransport, seeded_bytes

SHARED = Path(__file__).parents[4] / "shared" / "data" / "kubo-rpc" / "exchanges.jsonl"
URL = "http://node.test:5001"
C = "bafkreibb54k2hgmlcuarderit2y3vj4vyepan6obdbt46vxu2vhl4tond4"
LARGE = "bafybeidxjw3iocw3vq4hukvsupjfqraopjxhdxyzauojxhxkq3fgx6r2ai"
MISSING = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
UNPINNED = "bafkreigrxpltxmersc73rayfm5y6eluzova62iahs6j36m4xl7qwkrmbym"

DIRECT: dict[str, str] = {
    "get-is-refused": "every command is POST",
    "add-defaults-differ": "a node's defaults are never relied on",
    "add-odd-filename": "evidence never tells a node a file's name",
    "cat-range": "a part of a file cannot be checked against its CID",
    "cat-invalid-cid": "parse_cid refuses it before anything is sent",
    "cat-path-traversal": "parse_cid refuses it before anything is sent",
    "pin-rm": "evidence is never let go",
    "pin-rm-again": "evidence is never let go",
    "dag-export-car": "objects travel as files, not as CAR",
    "gw-raw-block": "a gateway is for browsers; stores speak RPC",
    "gw-accept-raw": "a gateway is for browsers; stores speak RPC",
    "gw-car": "a gateway is for browsers; stores speak RPC",
    "gw-head": "a gateway is for browsers; stores speak RPC",
    "gw-range": "a gateway is for browsers; stores speak RPC",
    "gw-missing-offline": "a gateway is for browsers; stores speak RPC",
    "gw-invalid-cid": "a gateway is for browsers; stores speak RPC",
    "gw-origin-denied": "the client is no browser and sends no Origin",
}


@pytest.fixture
def replay() -> KuboReplay:
    return KuboReplay()


@pytest.fixture
def rpc(replay: KuboReplay) -> KuboRpc:
    return KuboRpc(URL, transport=ReplayTransport(replay))


@pytest.fixture
def store(rpc: KuboRpc) -> KuboStore:
    return KuboStore(rpc, search_timeout_s=None)


def test_node__asked_about_itself__answers_as_recorded(rpc: KuboRpc, replay: KuboReplay) -> None:
    assert rpc.version() == "0.44.0-dev"
    assert rpc.node_id().startswith("12D3KooW")
    assert rpc.repo_size_bytes() == 103082055
    with pytest.raises(Unreachable, match="online mode"):
        rpc.peer_count()
    assert replay.asked == ["version", "id", "repo-stat", "swarm-peers-offline"]


@pytest.mark.parametrize(
    ("name", "seed", "size"),
    [
        *[("add-0", "a", 0), ("add-1", "b", 1), ("add-4096", "c", 4096), ("add-1048575", "d", 1048575)],
        *[("add-1048576", "e", 1048576), ("add-1048577", "f", 1048577), ("add-3145745", "g", 3145745)],
        ("add-10485760", "h", 10485760),
    ],
)
def test_put__recorded_sizes__own_cid_is_the_nodes(
    store: KuboStore, replay: KuboReplay, name: str, seed: str, size: int
) -> None:
    answered = json.loads(replay.body_of(name))["Hash"]
    assert store.put(seeded_bytes(seed, size)) == answered
    assert replay.asked == [name]


def test_add__with_progress__reports_and_answers_the_last_line(rpc: KuboRpc, replay: KuboReplay) -> None:
    data = seeded_bytes("g", 3145745)
    seen: list[int] = []
    assert rpc.add(data, on_progress=seen.append) == cid_of_bytes(data)
    assert seen == sorted(seen)
    assert seen[-1] == len(data)
    assert replay.asked == ["add-with-progress"]


def test_add__only_hash__agrees(rpc: KuboRpc) -> None:
    data = seeded_bytes("z", 5000)
    assert rpc.add(data, only_hash=True) == cid_of_bytes(data)


@pytest.mark.parametrize(("cid", "seed", "size"), [(C, "c", 4096), (LARGE, "g", 3145745)])
def test_get__recorded__gives_the_bytes(store: KuboStore, cid: str, seed: str, size: int) -> None:
    assert store.get(cid) == seeded_bytes(seed, size)


def test_get__missing__says_so_with_the_cid(rpc: KuboRpc, replay: KuboReplay) -> None:
    with pytest.raises(EvidenceMissing, match=MISSING):
        KuboStore(rpc, search_timeout_s=2).get(MISSING)
    assert replay.asked == ["cat-missing-offline"]


@pytest.mark.parametrize("bad", ["not-a-cid", f"{C}/../../etc/passwd", C.upper(), "Qm" + "a" * 44, ""])
def test_get__not_a_cid__nothing_is_sent(store: KuboStore, replay: KuboReplay, bad: str) -> None:
    for act in (store.get, store.has, store.pin):
        with pytest.raises(InvalidInput, match="cid"):
            act(bad)
    assert replay.asked == []


def test_blocks__recorded__agree(rpc: KuboRpc) -> None:
    assert rpc.block_get(C, 4096) == seeded_bytes("c", 4096)
    assert rpc.block_size_bytes(LARGE) == 205
    data = seeded_bytes("k", 2048)
    assert rpc.block_put(data) == cid_of_bytes(data)


def test_pins__recorded__are_understood(store: KuboStore, rpc: KuboRpc, replay: KuboReplay) -> None:
    assert store.has(C)
    store.pin(C)
    with pytest.raises(EvidenceMissing, match="not pinned"):
        rpc.pin_ls(MISSING, kind=None)
    with pytest.raises(EvidenceMissing, match="not pinned"):
        rpc.pin_ls(UNPINNED, kind=None)
    with pytest.raises(EvidenceMissing, match=MISSING):
        KuboStore(rpc, search_timeout_s=2).pin(MISSING)
    assert replay.asked == [
        *("pin-ls-one", "pin-add-again", "pin-ls-missing", "pin-ls-after-rm", "pin-add-missing-offline")
    ]


def test_call__unknown_command__is_misconfigured(rpc: KuboRpc) -> None:
    with pytest.raises(Misconfigured, match="404 page not found"):
        rpc.call("nonsense")


def test_call__upload_left_out__is_misconfigured(rpc: KuboRpc, replay: KuboReplay) -> None:
    with pytest.raises(Misconfigured, match="file argument 'path' is required"):
        rpc.call("add", ADD_PARAMETERS)
    assert replay.asked == ["add-no-file"]


def test_call__bad_parameter__names_the_nodes_words(rpc: KuboRpc, replay: KuboReplay) -> None:
    with pytest.raises(Unreachable, match="chunker size must be greater than 0"):
        rpc.call("add", {**ADD_PARAMETERS, "chunker": "size-0"}, upload=seeded_bytes("c", 4096))
    assert replay.asked == ["add-bad-chunker"]


def test_call__foreign_origin_refused__is_misconfigured(replay: KuboReplay) -> None:
    class Browser(ReplayTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.headers["Origin"] = "http://evil.example"
            return super().handle_request(request)

    with pytest.raises(Misconfigured, match="403"):
        KuboRpc(URL, transport=Browser(replay)).version()


@pytest.mark.parametrize("name", DIRECT)
def test_recording__what_the_client_never_sends__is_answered(replay: KuboReplay, name: str) -> None:
    row = replay.exchanges[name]
    part = None
    if row["upload"]:
        part = (row["upload"]["filename"], seeded_bytes(row["upload"]["seed"], row["upload"]["size"]))
    if name == "pin-rm-again":
        replay.answer("POST", row["path"], row["query"], {}, None)
    answer = replay.answer(row["method"], row["path"], row["query"], row["request_headers"], part)
    assert (answer.name, answer.status, len(answer.body)) == (name, row["status"], row["body_size"])


def test_recording__anything_else__is_refused(replay: KuboReplay) -> None:
    with pytest.raises(NotRecorded):
        replay.answer("POST", "/api/v0/cat", {"arg": C, "extra": "1"}, {}, None)
    with pytest.raises(NotRecorded):
        replay.answer("POST", "/api/v0/block/put", {}, {}, ("bundle.bin", b"other"))


def test_recording__all_45__are_exercised_or_excused(replay: KuboReplay) -> None:
    produced = {
        *("version", "id", "repo-stat", "swarm-peers-offline", "unknown-command", "add-no-file"),
        *("add-0", "add-1", "add-4096", "add-1048575", "add-1048576", "add-1048577", "add-3145745"),
        *("add-10485760", "add-with-progress", "add-only-hash", "add-bad-chunker", "cat-4096", "cat-large"),
        *("cat-missing-offline", "block-get", "block-stat", "block-put-raw", "pin-ls-one", "pin-add-again"),
        *("pin-ls-missing", "pin-ls-after-rm", "pin-add-missing-offline"),
    }
    assert produced.isdisjoint(DIRECT)
    assert produced | set(DIRECT) == set(replay.exchanges)
    assert len(replay.exchanges) == 45


def test_recording__own_copy__is_the_shared_one() -> None:
    if not SHARED.exists():
        pytest.skip("the shared recording is not beside this checkout; the own copy is used")
    own = [json.loads(line) for line in EXCHANGES.read_text("utf-8").splitlines()]
    shared = [json.loads(line) for line in SHARED.read_text("utf-8").splitlines()]
    for mine, theirs in zip(own, shared, strict=True):
        if mine.get("body_base64", "") is None:
            theirs["body_base64"] = None
        assert mine == theirs


def _answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer that has yet to be read, as from a socket."""
    return httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)


def _node(status: int, body: bytes, headers: dict[str, str] | None = None) -> KuboRpc:
    """A node that answers everything alike."""
    return KuboRpc(URL, transport=httpx.MockTransport(lambda _: _answer(status, body, headers)))


def test_put__node_answers_another_cid__is_rejected() -> None:
    lying = KuboStore(_node(200, json.dumps({"Hash": LARGE}).encode()))
    with pytest.raises(EvidenceRejected, match=f"as '{LARGE}'"):
        lying.put(b"truth")


def test_get__node_gives_other_bytes__is_rejected_with_its_name() -> None:
    with pytest.raises(EvidenceRejected, match=f"{C} in Kubo at {URL} is damaged"):
        KuboStore(_node(200, b"lies")).get(C)


def test_get__node_never_stops__is_cut_off() -> None:
    with pytest.raises(EvidenceRejected, match="larger than 100 bytes") as caught:
        KuboStore(_node(200, b"x" * 101), max_bytes=100).get(C)
    assert caught.value.reason == "too-large"
    with pytest.raises(EvidenceRejected, match="larger than 100 bytes"):
        _node(200, b"x" * 101).cat(C, max_bytes=100)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *[(200, b""), (200, b"[]"), (200, b"<html>"), (200, b'{"Hash":1}'), (200, b"[" * 5000)],
        *[(500, b"boom"), (500, b'{"Code":0}'), (502, b"bad gateway"), (503, b""), (429, b"slow down")],
    ],
)
def test_put__answer_makes_no_sense__is_unreachable(status: int, body: bytes) -> None:
    with pytest.raises(Unreachable, match="Kubo at http"):
        KuboStore(_node(status, body)).put(b"x")


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 405])
def test_put__refused_by_address_or_rights__is_misconfigured(status: int) -> None:
    with pytest.raises(Misconfigured, match=str(status)):
        KuboStore(_node(status, b"no\x1b[31m\nway", {"location": "http://169.254.169.254/"})).put(b"x")


def test_error__control_characters_of_a_node__do_not_reach_the_log() -> None:
    with pytest.raises(Unreachable) as caught:
        _node(500, json.dumps({"Message": "a\nb\x1b[2Jc" + "d" * 1000}).encode()).version()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_pin__node_pins_something_else__is_unreachable() -> None:
    with pytest.raises(Unreachable, match="instead of"):
        KuboStore(_node(200, json.dumps({"Pins": [LARGE]}).encode())).pin(C)


def test_iter_cids__foreign_pins__are_left_out() -> None:
    keys: dict[str, object] = {"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG": {}, LARGE: {}, C: {}}
    found = KuboStore(_node(200, json.dumps({"Keys": keys}).encode())).iter_cids()
    assert list(found) == [C, LARGE]


def test_connection__refused__is_unreachable() -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with pytest.raises(Unreachable, match="connection refused"):
        KuboStore(KuboRpc(URL, transport=httpx.MockTransport(down))).get(C)


def test_call__drips_for_ever__ends_at_the_deadline() -> None:
    rpc = KuboRpc(URL, transport=httpx.MockTransport(lambda _: _answer(200, b"x")), total_s=-1)
    with pytest.raises(Unreachable, match="not done after"):
        rpc.version()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://node",
        "http://",
        "node:5001",
        "http://node/api",
        "http://u:p@node",
        "http://node?x=1",
        "http://[",
        "",
    ],
)
def test_url__not_a_bare_address__is_misconfigured(url: str) -> None:
    with pytest.raises(Misconfigured):
        KuboRpc(url)


def test_authorization__given__is_sent_and_not_shown() -> None:
    seen: list[str | None] = []

    def node(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return _answer(403, b"no")

    rpc = KuboRpc(URL, authorization="Bearer secret-word", transport=httpx.MockTransport(node))
    with pytest.raises(Misconfigured) as caught:
        rpc.version()
    assert seen == ["Bearer secret-word"]
    assert "secret-word" not in str(caught.value) + repr(rpc)
