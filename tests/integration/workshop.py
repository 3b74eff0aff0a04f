"""A whole registry in one process over a real chain: API, oracle, attesters; only goods and WMS are made up.

shop = Workshop(folder); shop.start()
receipt = shop.issued()
order = shop.submit(shop.prepare(2, {"type": "pledge", …}), 2, 4)
shop.carried(order["id"])
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from dbos import DBOS, DBOSConfig
from eth_account import Account
from sqlalchemy import create_engine
from web3 import Web3

from api.auth import TokenVerifier
from api.chain_adapter import NodeChain
from api.main import build_app
from api.token_issuer import issue_token
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, FoundingSeries, Governance, deploy
from holdfast.chain.domains import domain_of, read_typed_data
from holdfast.chain.facts import Chain, open_chain
from holdfast.chain.title import read_title
from holdfast.domain.members import Member, Role
from holdfast.domain.units import Grams, MemberId
from holdfast.store.records import Records, open_records
from holdfast.store.records_types import ENDS, OrderRecord
from oracle.attester.node import AttesterNode
from oracle.attester.service import build_attester
from oracle.attester.signed_log import SignedLog
from oracle.iot.inbox import Inbox
from oracle.main import take_orders
from oracle.members_book import AttesterSeat, BookEntry
from oracle.workflow.cycle import build_cycle
from oracle.workflow.decisions import Decisions
from oracle.workflow.lapses import Lapses
from oracle.workflow.outbox import Outbox
from oracle.workflow.relayer import Relayer
from oracle.workflow.steps import Patience, Steps
from scripts.demo.chain import anvil_binary, free_port
from tests.fakes.oracle import ATTESTING, DAY_S, ROLES, T, Warehouse, pallets, party
from tests.fakes.yard import Yard
from tests.simulators.site import SimulatedSite
from tests.unit.api.conftest import AUDIENCE, ISSUER, TestClient, make_settings

COURT, COURT_2 = 9, 10
SERIES, FEEDERS = sha256(b"natural rubber SVR 10, Qingdao, daily").digest(), (5, 6)
"""A price series, and the members who say prices."""
MEMBERS = {**ROLES, COURT: Role.COURT, COURT_2: Role.COURT}


def now() -> int:
    return int(time.time())


class Workshop:
    """Chain, attesters, oracle and API. Members sign with `party("member N")`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ahead_s = 0
        self.lots = 0
        self.warehouse = Warehouse(site=SimulatedSite(started_at=now()), now_s=now())
        self.yard = Yard(self.warehouse, self.now)
        self._servers: list[tuple[uvicorn.Server, threading.Thread]] = []
        self._stop = threading.Event()

    def start(self) -> None:
        """Found the consortium and start everything."""
        port = free_port()
        command = [str(anvil_binary()), "--port", str(port), "--hardfork", "berlin", "--silent"]
        self._anvil = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.chain = self._found(f"http://127.0.0.1:{port}")
        self.records = open_records(f"sqlite:///{self.folder}/records.db")
        self.steps = self._oracle(self.chain, self.records)
        self.lapses = Lapses(self.chain, self.steps.relayer, self.outbox, self.now)
        config: DBOSConfig = {
            "name": "holdfast-workshop",
            "system_database_url": f"sqlite:///{self.folder}/workflow.sqlite",
            "application_version": "test",
            "log_level": "ERROR",
        }
        DBOS(config=config)
        cycle = build_cycle(self.steps)
        DBOS.launch()
        self._taker = threading.Thread(
            target=take_orders, args=(self.records, cycle, self._stop), daemon=True
        )
        self._taker.start()
        self._api()

    def stop(self) -> None:
        """End everything that was started."""
        self._stop.set()
        self.steps.pauses.stop()
        self._taker.join(timeout=10)
        DBOS.destroy(destroy_registry=True)
        for server, thread in self._servers:
            server.should_exit = True
            thread.join(timeout=10)
        self._anvil.terminate()
        self._anvil.wait(10)

    def now(self) -> int:
        """Unix seconds on everybody's clock."""
        return now() + self.ahead_s

    def skip(self, seconds: int) -> None:
        """Let time pass for everybody at once."""
        self.ahead_s += seconds
        provider = self.chain.connection.w3.provider
        provider.make_request("evm_increaseTime", [hex(seconds)])  # type: ignore[arg-type]
        provider.make_request("evm_mine", [])  # type: ignore[arg-type]

    def sent(self) -> int:
        """How many transactions the oracle has sent."""
        account = Web3.to_checksum_address(party("oracle").account)
        return self.chain.connection.w3.eth.get_transaction_count(account)

    # asking

    def post(self, member: int, path: str, body: Any, status: int = 202, key: str | None = None) -> Any:
        """What the API answers a member."""
        headers = self._auth(member) | {"Idempotency-Key": key or f"{time.monotonic_ns()}"}
        answer = self.client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, member: int, path: str) -> Any:
        """What the API shows a member, of the chain as it is now."""
        while self.app.state.context.indexer.step():
            pass
        answer = self.client.get(path, headers=self._auth(member))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def prepare(self, member: int, body: dict[str, Any]) -> Any:
        """A prepared order."""
        while self.app.state.context.indexer.step():
            pass
        return self.post(member, "/v1/orders/prepare", body, 200)

    def signature(self, member: int, typed: dict[str, Any]) -> str:
        """A member's signature over typed data, in the domain that the deployment gives its order."""
        deployment = self.chain.connection.deployment
        order = read_typed_data(deployment, typed)
        return "0x" + party(f"member {member}").sign(domain_of(deployment, order), order).hex()

    def submit(self, prepared: Any, *members: int) -> Any:
        """Hand a prepared order in, signed by these; the first hands it in."""
        typed = prepared["typed_data"]
        body: dict[str, Any] = {"typed_data": typed}
        body["signatures"] = {str(member): self.signature(member, typed) for member in members}
        body["documents"] = [item["document"] for item in prepared.get("documents", [])]
        body["place"] = prepared.get("place")
        return self.post(members[0], "/v1/orders", body)

    def carried(self, order_id: str, within_s: float = 60) -> OrderRecord:
        """An order once it has ended."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            record = self.records.order(order_id)
            if record.status in ENDS:
                return record
            time.sleep(0.1)
        raise AssertionError(f"order {order_id} is still {record.status}: {record.history}")

    def done(self, prepared: Any, *members: int) -> OrderRecord:
        """A prepared order, signed, handed in, and final."""
        record = self.carried(self.submit(prepared, *members)["id"])
        assert record.status.value == "final", (record.reason, record.detail)
        return record

    def other_lot(self, tonnes: int = 200) -> None:
        """Goods of another lot, on pallets of their own: from here on the yard shows these."""
        self.lots += 1
        house, count = self.warehouse, len(self.warehouse.packages)
        house.lot, house.quantity_g = f"VN-2026-02{self.lots:02d}", tonnes * T
        house.packages = pallets(count, 1 + count * self.lots)
        house.claim = replace(
            house.claim, lot=house.lot, quantity_g=Grams(house.quantity_g), packages=house.packages
        )
        house.source.answers[house.claim.site, house.lot] = house.claim

    def issued(self) -> str:
        """A receipt for the whole lot, to the importer; its id."""
        return self.issued_many(1)[0]

    def issued_many(self, count: int) -> tuple[str, ...]:
        """Receipts that share the lot evenly, to the importer; their ids."""
        house = self.warehouse
        times = {"storage_from": self.now() - DAY_S, "storage_until": self.now() + 180 * DAY_S}
        terms = house.request(count, **times).terms
        asked = {"type": "deposit", "lot_id": "0x" + self.warehouse.lot_id.hex(), "operator": 1}
        self.yard.weighed_g = self.warehouse.quantity_g
        record = self.done(self.prepare(2, asked | {"terms": json.loads(terms)}), 2, 1)
        self.yard.weighed_g = None
        return self.records.decision(record.id).receipt_ids

    def state(self, receipt_id: str) -> Any:
        """A receipt as the chain has it."""
        return self.chain.receipts.receipt(int(receipt_id, 16))

    def attester_log(self, member: int) -> SignedLog:
        """The book of an attester's node."""
        return SignedLog(create_engine(f"sqlite:///{self.folder}/attester-{member}.sqlite"))

    # parts

    def _auth(self, member: int) -> dict[str, str]:
        token = issue_token(self._issuer, member, profile="embedded", audience=AUDIENCE, issuer=ISSUER)
        return {"Authorization": f"Bearer {token}"}

    def _found(self, url: str) -> Chain:
        w3 = Web3(Web3.HTTPProvider(url))
        until = time.monotonic() + 20
        while not w3.is_connected():
            assert time.monotonic() < until, "anvil did not come up"
            time.sleep(0.05)
        deployer = Account.create()
        for account in (deployer.address, party("oracle").account):
            w3.provider.make_request("anvil_setBalance", [account, hex(10**22)])  # type: ignore[arg-type]
        founding = [
            FoundingMember(
                Member(MemberId(m), party(f"member {m}").account, role, True), bytes(32), bytes(32)
            )
            for m, role in MEMBERS.items()
        ]
        governance = Governance(deployer.address, deployer.address, deployer.address, 0, 0, 0)
        committee = self.warehouse.committee
        founded = FoundingCommittee(3, committee.max_age_s, committee.policy_digest, committee.attesters)
        prices = FoundingSeries(SERIES, b"CNY", DAY_S, 300, FEEDERS)
        deployment = deploy(w3, deployer, governance, members=founding, committee=founded, series=(prices,))
        genesis = "0x" + bytes(w3.eth.get_block(0)["hash"]).hex()
        return open_chain(ChainSettings(url, deployment, genesis))

    def _oracle(self, chain: Chain, records: Records) -> Steps:
        warehouse = self.warehouse
        self.outbox = Outbox(create_engine(f"sqlite:///{self.folder}/oracle.sqlite"))
        decisions = Decisions(records, self.folder / "titles", self.now)
        return Steps(
            chain=chain,
            records=records,
            inbox=cast(Inbox, self.yard),
            store=warehouse.store,
            source=warehouse.source,
            keys=warehouse.oracle,
            relayer=Relayer(chain, warehouse.oracle, self.outbox, 0),
            policy=warehouse.policy,
            book=tuple(self._entry(member) for member in MEMBERS),
            decisions=decisions,
            read_frame=warehouse.pictures,
            patience=Patience(0.1, 60, 20),
            clock=self.now,
        )

    def _entry(self, member: int) -> BookEntry:
        keys, seat = party(f"member {member}"), None
        if member in ATTESTING:
            attester = party(f"attester {member}")
            seat = AttesterSeat(attester.account, self._attester(member), attester.encryption.public)
        name = f"Member {member}"
        account, roles = keys.account, MEMBERS[member]
        return BookEntry(member, name, name, "", "", account, roles, keys.encryption.public, seat)

    def _attester(self, member: int) -> str:
        warehouse = self.warehouse
        node = AttesterNode(
            keys=party(f"attester {member}"),
            chain=self.chain,
            store=warehouse.store,
            source=warehouse.source,
            read_frame=warehouse.pictures,
            log=self.attester_log(member),
            clock=self.now,
        )
        port = free_port()
        config = uvicorn.Config(build_attester(node), host="127.0.0.1", port=port, log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        self._servers.append((server, thread))
        return f"http://127.0.0.1:{port}"

    def _api(self) -> None:
        self._issuer = Ed25519PrivateKey.generate()
        chain = self.chain
        self.app = build_app(
            make_settings(self.folder, check_head_age=False),
            records=self.records,
            chain=NodeChain(chain.connection, lambda receipt: read_title(chain, receipt)),
            deployment=chain.connection.deployment,
            verifier=TokenVerifier(self._issuer.public_key(), AUDIENCE, ISSUER),
            clock=self.now,
            follow=False,
        )
        self.client = TestClient(self.app)
