// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ForeclosureOrder, Share} from "contracts/interfaces/ActTypes.sol";
import {IPledgeCourse} from "contracts/interfaces/IPledgeCourse.sol";
import {Spoil} from "./Desk.sol";
import {Proof} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";
import {ValueHandler} from "./ValueHandler.sol";

/// @title Sale after default, with its waterfall.
abstract contract SaleHandler is ValueHandler {
    function foreclose(uint256 seed) external timely {
        uint256 id = _inDefault(seed);
        Paper storage paper = papers[id];
        ForeclosureOrder memory order = _foreclosure(id, paper, seed);
        bytes32 orderHash = Typed.ofForeclosure(order);
        bytes memory consent = _consent(pledge, order.pledgee, orderHash);
        bytes memory buyerSignature = _sign(pledge, order.buyer, orderHash);
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [paper.holder, order.buyer, order.pledgee], seed);
        bytes memory data = abi.encodeCall(
            IPledgeCourse.foreclose,
            (order, consent, buyerSignature, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, pledge, data, consent.length != 0, 0);
        uint256 paid = order.costsMinor + uint256(order.surplusMinor);
        for (uint256 i = 0; i < order.shares.length; ++i) {
            Debt storage debt = debts[order.shares[i].pledgeId];
            debt.amountMinor -= order.shares[i].paidMinor;
            --debt.receipts;
            paid += order.shares[i].paidMinor;
        }
        if (paid != order.proceedsMinor) _breach(8, "the waterfall does not sum");
        delete paper.pledges;
        ++paper.seq; // the sale is two orders: it moves the receipt and takes the pledges off
        _moved(id, order.buyer);
    }

    /// @dev A movable receipt whose first pledge is in default; waits for the time to cure, if need be.
    function _inDefault(uint256 seed) private returns (uint256 id) {
        uint256 start = _roll(seed, 91, live.length == 0 ? 1 : live.length);
        for (uint256 i = 0; i < live.length; ++i) {
            id = live[(start + i) % live.length];
            Paper storage paper = papers[id];
            if (paper.pledges.length == 0) continue;
            Debt storage first = debts[paper.pledges[0]];
            bool early = spoil == Spoil.UNFAIR && spoilAt % 4 == 0;
            if (!early && (first.defaultAt == 0 || inactive[first.pledgee])) continue;
            uint256 saleFrom = uint256(first.defaultAt) + first.cureS;
            if (early) {
                // I8: no default, or the time to cure still runs.
                if (first.defaultAt == 0 || clock <= saleFrom) {
                    spoiled = true;
                    return id;
                }
                continue;
            }
            if (clock <= saleFrom) _pass(saleFrom + 1 - clock);
            if (!_sellable(paper)) continue;
            if (spoil == Spoil.NO_CONSENT || spoil == Spoil.BOUND) spoiled = true;
            return id;
        }
        _skip();
    }

    function _sellable(Paper storage paper) private view returns (bool) {
        if (inactive[paper.holder]) return false;
        bool still = paper.status != 1 || paper.cases.length != 0 || paper.liens != 0 || clock > paper.expiresAt;
        return still == (spoil == Spoil.BOUND);
    }

    function _foreclosure(uint256 id, Paper storage paper, uint256 seed)
        private
        returns (ForeclosureOrder memory order)
    {
        uint64[] storage ranks = paper.pledges;
        order.receiptId = id;
        order.pledgee = debts[ranks[0]].pledgee;
        order.pledgor = paper.holder;
        order.buyer = _trader(seed, paper.holder);
        order.seq = _seq(paper.seq);
        order.saleDigest = keccak256(abi.encode("sale", seed));
        order.proceedsMinor = uint64(_roll(seed, 92, 4e9));
        order.costsMinor = uint64(_roll(seed, 93, uint256(order.proceedsMinor) + 1));
        order.shares = new Share[](ranks.length);
        uint64 rest = order.proceedsMinor - order.costsMinor;
        for (uint256 i = 0; i < ranks.length; ++i) {
            uint64 claim = uint64(_roll(seed, 94 + i, uint256(debts[ranks[i]].amountMinor) + 1));
            uint64 due = claim < rest ? claim : rest;
            order.shares[i] = Share(ranks[i], claim, due);
            rest -= due;
        }
        order.surplusMinor = rest;
        order.deadline = _deadline();
        if (spoil == Spoil.UNFAIR && spoilAt % 4 != 0) _spoilSale(order);
    }

    /// @dev The pledgee takes the goods, or the surplus, or what a claim does not cover.
    function _spoilSale(ForeclosureOrder memory order) private {
        spoiled = true;
        if (spoilAt % 4 == 1) {
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
