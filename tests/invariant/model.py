"""What the contracts must do, in plain Python: all rules on receipts and lots, and no encoding."""

from __future__ import annotations

from dataclasses import dataclass, field


class Refusal(Exception):
    """The model refuses."""


@dataclass
class Title:
    """One receipt ever issued; burned ones stay."""

    lot: bytes
    holder: int
    quantity_g: int
    expires_at: int
    seq: int = 0
    status: str = "live"


@dataclass
class LotBook:
    """Goods in one lot."""

    attested_g: int
    issued_g: int = 0
    delivered_g: int = 0


def refuse(condition: bool) -> None:
    if condition:
        raise Refusal


@dataclass
class Model:
    """A consortium. Committee: operator 1, bank 4, inspector 5, IoT provider 6; three of four."""

    titles: dict[int, Title] = field(default_factory=dict)
    lots: dict[bytes, LotBook] = field(default_factory=dict)
    inactive: set[int] = field(default_factory=set)

    def quorum(self, signers: frozenset[int], parties: set[int], *, full: bool = True) -> None:
        refuse(len(signers) < (3 if full else 2))
        refuse(full and 1 not in signers)
        refuse(not signers & {4, 5})
        refuse(bool(signers & parties))

    def issue(
        self,
        lot: bytes,
        lot_g: int,
        terms: list[tuple[int, int, int, int]],
        signers: frozenset[int],
        now_s: int,
    ) -> None:
        """`terms` are (receipt, holder, quantity, expiry)."""
        self.quorum(signers, {holder for _, holder, _, _ in terms})
        refuse(any(holder == 1 or holder in self.inactive for _, holder, _, _ in terms))
        ids = [receipt for receipt, _, _, _ in terms]
        refuse(len(set(ids)) < len(ids) or any(receipt in self.titles for receipt in ids))
        refuse(any(quantity == 0 or expiry < now_s for _, _, quantity, expiry in terms))
        book = self.lots.get(lot) or LotBook(lot_g)
        refuse(book.attested_g != lot_g)
        refuse(self.live_g(lot) + sum(quantity for _, _, quantity, _ in terms) > book.attested_g)
        self.lots[lot] = book
        for receipt, holder, quantity, expiry in terms:
            self.titles[receipt] = Title(lot, holder, quantity, expiry)
            book.issued_g += quantity

    def movable(self, receipt: int, holder: int, seq: int, now_s: int) -> Title:
        refuse(receipt not in self.titles)
        title = self.titles[receipt]
        refuse((title.status, title.holder, title.seq) != ("live", holder, seq))
        refuse(now_s > title.expires_at or holder in self.inactive)
        return title

    def transfer(
        self,
        receipt: int,
        holder: int,
        to: int,
        seq: int,
        signed: set[int],
        signers: frozenset[int],
        now_s: int,
    ) -> None:
        title = self.movable(receipt, holder, seq, now_s)
        refuse(holder == to or to in self.inactive)
        refuse(not {holder, to} <= signed)
        self.quorum(signers, {holder, to})
        title.holder, title.seq = to, seq + 1

    def deliver(
        self,
        receipt: int,
        holder: int,
        quantity_g: int,
        seq: int,
        signed: set[int],
        signers: frozenset[int],
        now_s: int,
    ) -> None:
        title = self.movable(receipt, holder, seq, now_s)
        refuse(quantity_g != title.quantity_g or holder not in signed)
        self.quorum(signers, {holder})
        self.lots[title.lot].attested_g -= quantity_g
        self.lots[title.lot].delivered_g += quantity_g
        title.status, title.seq, title.quantity_g = "delivered", seq + 1, 0

    def suspend(self, receipt: int, seq: int, signers: frozenset[int]) -> None:
        refuse(receipt not in self.titles)
        title = self.titles[receipt]
        refuse((title.status, title.seq) != ("live", seq))
        self.quorum(signers, {title.holder}, full=False)
        title.status, title.seq = "suspended", seq + 1

    def reinstate(self, receipt: int, seq: int, signers: frozenset[int]) -> None:
        refuse(receipt not in self.titles)
        title = self.titles[receipt]
        refuse((title.status, title.seq) != ("suspended", seq))
        self.quorum(signers, {title.holder})
        title.status, title.seq = "live", seq + 1

    def live_g(self, lot: bytes) -> int:
        return sum(title.quantity_g for title in self.titles.values() if title.lot == lot)

    def held(self, member: int) -> int:
        return sum(t.holder == member and t.status != "delivered" for t in self.titles.values())
