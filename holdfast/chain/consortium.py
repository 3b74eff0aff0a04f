"""Reading the Consortium: members and the committee in force."""

from __future__ import annotations

from typing import Any

from eth_utils import to_checksum_address

from holdfast.attestation.quorum import Committee, attester_from_word
from holdfast.chain.connection import Connection
from holdfast.domain.errors import Refused
from holdfast.domain.members import Member, Role
from holdfast.domain.units import MemberId


class ConsortiumReader:
    """Members by number and by account; committees by epoch, from the log that holds them whole."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._contract = connection.contract("Consortium", connection.deployment.consortium)
        self._committees: dict[int, Committee] = {}

    def member(self, member_id: int) -> Member:
        """One member. Raises Refused (`unknown-member`) if there is none."""
        found: Any = self._connection.ask("member", lambda: self._contract.functions.member(member_id).call())
        return Member(MemberId(member_id), to_checksum_address(found[0]), Role(found[1]), bool(found[2]))

    def encryption_key_digest(self, member_id: int) -> bytes:
        """sha256 of the public key evidence is sealed to for a member, 32 bytes."""
        found: Any = self._connection.ask("member", lambda: self._contract.functions.member(member_id).call())
        return bytes(found[6])

    def member_of(self, account: str) -> int | None:
        """The member an account acts for, or None."""
        checksum = to_checksum_address(account)
        found = self._connection.ask("member of", lambda: self._contract.functions.memberOf(checksum).call())
        return int(found) or None

    def epoch(self) -> int:
        """The epoch in force."""
        return int(self._connection.ask("epoch", lambda: self._contract.functions.epoch().call()))

    def committee(self, epoch: int | None = None) -> Committee:
        """The committee of an epoch (now's by default), checked against the digest on-chain.

        Raises Refused (`unknown-epoch`) if no log tells of it.
        """
        wanted = self.epoch() if epoch is None else epoch
        if wanted not in self._committees:
            logs: Any = self._connection.ask(
                "committee",
                lambda: self._contract.events.CommitteeChanged().get_logs(
                    from_block=self._connection.deployment.block, argument_filters={"epoch": wanted}
                ),
            )
            if len(logs) != 1:
                raise Refused("unknown-epoch", f"the chain has no committee of epoch {wanted}")
            args = logs[0]["args"]
            raw = args["committee"]
            committee = Committee(
                int(raw["epoch"]),
                int(raw["maxAgeS"]),
                int(raw["threshold"]),
                bytes(raw["policyDigest"]),
                tuple(attester_from_word(bytes(word)) for word in raw["attesters"]),
            )
            if committee.digest() != bytes(args["committeeDigest"]):
                raise Refused("committee-mismatch", f"the log of epoch {wanted} does not give its digest")
            self._committees[wanted] = committee
        return self._committees[wanted]
