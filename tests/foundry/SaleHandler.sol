// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ForeclosureOrder, Share} from "contracts/interfaces/ActTypes.sol";
import {IPledgeCourse} from "contracts/interfaces/IPledgeCourse.sol";
import {IStorageLien} from "contracts/interfaces/IStorageLien.sol";
import {LIEN_BEFORE_PLEDGES, LienRecord} from "contracts/interfaces/LienTypes.sol";
import {Spoil} from "./Desk.sol";
import {Proof} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";
import {ValueHandler} from "./ValueHandler.sol";

/// @title Sale after default, with its waterfall.
abstract contract SaleHandler is ValueHandler {
    function foreclose(uint256 seed) external timely {
        uint256 id = _dueForSale(seed, false);
        Paper storage paper = papers[id];
        ForeclosureOrder memory order = _parts(id, paper, uint64(_roll(seed, 92, 4e9)), seed);
        bytes32 orderHash = Typed.ofForeclosure(order);
        bytes memory consent = _consent(pledge, order.pledgee, orderHash);
        bytes memory buyerSignature = _sign(pledge, order.buyer, orderHash);
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [paper.holder, order.buyer, order.pledgee], seed);
        bytes memory data = abi.encodeCall(
            IPledgeCourse.foreclose,
            (order, consent, buyerSignature, proof.attestation, proof.committee, proof.signatures)
        );
        bool settles = _settles(id, paper);
        _sendMove(id, pledge, data, consent.length != 0, settles ? THOUGH_LIEN : 0);
        _requireDivided(order);
        for (uint256 i = 0; i < order.shares.length; ++i) {
            Debt storage debt = debts[order.shares[i].pledgeId];
            debt.amountMinor -= order.shares[i].paidMinor;
            --debt.receipts;
        }
        if (settles) (paper.liens, paper.lienTerms) = (0, 0);
        delete paper.pledges;
        paper.seq += 2; // three orders: the lien is settled, the receipt moves, the pledges come off
        _moved(id, order.buyer);
    }

    function _requireDivided(ForeclosureOrder memory order) internal {
        uint256 paid = order.costsMinor + uint256(order.lienMinor) + order.surplusMinor;
        for (uint256 i = 0; i < order.shares.length; ++i) paid += order.shares[i].paidMinor;
        if (paid != order.proceedsMinor) _breach(8, "the waterfall does not sum");
    }

    /// @dev A movable receipt whose first pledge is in default, or under a bond; waits for the time to cure or the
    /// due date, if need be.
    function _dueForSale(uint256 seed, bool bonded) internal returns (uint256 id) {
        uint256 start = _roll(seed, 91, live.length == 0 ? 1 : live.length);
        bool early = spoil == Spoil.UNFAIR && spoilAt % 4 == 0;
        for (uint256 i = 0; i < live.length; ++i) {
            id = live[(start + i) % live.length];
            Paper storage paper = papers[id];
            if (paper.pledges.length == 0 || bonded && !_bonded(paper)) continue;
            Debt storage first = debts[paper.pledges[0]];
            bool open = first.defaultAt != 0 || _bonded(paper);
            uint256 saleFrom = _saleFrom(first);
            if (early) {
                // I8: no default, or the time to cure still runs, or the bond is not due.
                if (!open || clock <= saleFrom) {
                    spoiled = true;
                    return id;
                }
                continue;
            }
            if (!open || inactive[first.pledgee]) continue;
            if (clock <= saleFrom) _pass(saleFrom + 1 - clock);
            if (!_sellable(id, paper)) continue;
            if (spoil == Spoil.NO_CONSENT || spoil == Spoil.BOUND) spoiled = true;
            return id;
        }
        _skip();
    }

    /// @dev The last second in which the goods may not be sold.
    function _saleFrom(Debt storage first) private view returns (uint256) {
        return first.ltvBps == 0 ? first.maturity : uint256(first.defaultAt) + first.cureS;
    }

    /// @dev An asserted lien is paid of the proceeds, so it stops no sale, unless it is in another currency.
    function _sellable(uint256 id, Paper storage paper) private view returns (bool) {
        if (inactive[paper.holder]) return false;
        bool still = paper.status != 1 || paper.cases.length != 0 || clock > paper.expiresAt;
        if (paper.liens != 0 && !_settles(id, paper)) still = true;
        return still == (spoil == Spoil.BOUND);
    }

    /// @dev Storage terms in the pledges' currency, which end with a sale.
    function _settles(uint256 id, Paper storage paper) internal view returns (bool) {
        return paper.lienTerms != 0
            && IStorageLien(storageLien).termsOf(id).currency == debts[paper.pledges[0]].currency;
    }

    /// @dev What the goods brought, divided.
    function _parts(uint256 id, Paper storage paper, uint64 proceedsMinor, uint256 seed)
        internal
        returns (ForeclosureOrder memory order)
    {
        uint64[] storage ranks = paper.pledges;
        order.receiptId = id;
        order.pledgee = debts[ranks[0]].pledgee;
        order.pledgor = paper.holder;
        order.buyer = _trader(seed, paper.holder);
        order.seq = _seq(paper.seq);
        order.saleDigest = keccak256(abi.encode("sale", seed));
        uint256 saleFrom = _saleFrom(debts[ranks[0]]);
        order.soldAt = uint40(clock > saleFrom ? clock - _roll(seed, 99, clock - saleFrom) : clock);
        LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
        uint64 fees = _settles(id, paper) ? IStorageLien(storageLien).dueOn(id, order.soldAt) : 0;
        order.proceedsMinor = proceedsMinor;
        order.costsMinor = uint64(_roll(seed, 93, uint256(order.proceedsMinor) + 1));
        order.shares = new Share[](ranks.length);
        uint64 rest = order.proceedsMinor - order.costsMinor;
        if (terms.rank == LIEN_BEFORE_PLEDGES) {
            order.lienMinor = fees < rest ? fees : rest;
            rest -= order.lienMinor;
        }
        for (uint256 i = 0; i < ranks.length; ++i) {
            uint64 claim = uint64(_roll(seed, 94 + i, uint256(debts[ranks[i]].amountMinor) + 1));
            uint64 due = claim < rest ? claim : rest;
            order.shares[i] = Share(ranks[i], claim, due);
            rest -= due;
        }
        if (terms.rank != LIEN_BEFORE_PLEDGES) {
            order.lienMinor = fees < rest ? fees : rest;
            rest -= order.lienMinor;
        }
        order.surplusMinor = rest;
        order.deadline = _deadline();
        if (spoil == Spoil.UNFAIR && spoilAt % 4 != 0 && !spoiled) _spoilSale(order, saleFrom);
    }

    /// @dev The pledgee takes the goods, or the surplus, or what a claim does not cover; the keeper more or less
    /// than its fees; the sale is dated too early, or ahead.
    function _spoilSale(ForeclosureOrder memory order, uint256 saleFrom) private {
        spoiled = true;
        uint256 how = spoilAt / 4 % 4;
        if (how == 0) {
            ++order.lienMinor;
        } else if (how == 1 && order.lienMinor != 0) {
            (--order.lienMinor, ++order.surplusMinor);
        } else if (how == 2) {
            order.soldAt = uint40(spoilAt % 4 == 1 ? saleFrom : clock + 1);
        } else if (spoilAt % 4 == 1) {
            order.buyer = order.pledgee;
        } else if (spoilAt % 4 == 2) {
            ++order.shares[0].paidMinor;
            if (order.surplusMinor != 0) --order.surplusMinor;
        } else if (order.surplusMinor != 0) {
            order.surplusMinor = 0;
        } else {
            order.surplusMinor = 1;
        }
    }
}
