// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {MarginOrder, ReceiptRef} from "contracts/interfaces/ActTypes.sol";
import {IPledgeCourse} from "contracts/interfaces/IPledgeCourse.sol";
import {ISubstitution} from "contracts/interfaces/ISubstitution.sol";
import {IValuation} from "contracts/interfaces/IValuation.sol";
import {LotSeriesOrder, PledgeSubstituteOrder, PriceOrder} from "contracts/interfaces/ValueTypes.sol";
import {Spoil} from "./Desk.sol";
import {PledgeHandler} from "./PledgeHandler.sol";
import {Proof} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Prices, and what is decided by them: margin calls and substitutions.
abstract contract ValueHandler is PledgeHandler {
    uint256 private constant TONNE_G = 1_000_000;
    uint256 private constant MOST_PRICE = 1e15;

    mapping(bytes3 currency => uint256 time) private _postedAt;

    /// @notice Three members that are never a party post what a tonne costs, at most two percent apart.
    function postPrices(uint256 seed) external timely {
        bytes3 currency = _roll(seed, 150, 2) == 0 ? bytes3("CNY") : bytes3("USD");
        _post(currency, uint64(1 + _roll(seed, 151, MOST_PRICE)));
    }

    function callMargin(uint256 seed) external timely {
        (uint256 id, uint64 pledgeId, Debt storage debt) = _debt(seed, PLEDGED);
        if (debt.defaultAt != 0 || debt.ltvBps == 0) _skip(); // a bond has no margin
        uint256[] memory ids = _covered(id, pledgeId);
        for (uint256 i = 0; i < ids.length; ++i) _value(ids[i], debt.currency);
        uint256 secured = _secured(ids, pledgeId);
        MarginOrder memory order;
        order.receiptId = id;
        order.pledgeId = pledgeId;
        order.pledgee = debt.pledgee;
        order.valueMinor = _undervalue(seed, ids, debt, (secured * 10_000 + debt.ltvBps - 1) / debt.ltvBps);
        order.others = new ReceiptRef[](ids.length - 1);
        for (uint256 i = 1; i < ids.length; ++i) order.others[i - 1] = ReceiptRef(ids[i], papers[ids[i]].seq);
        order.seq = _seq(papers[id].seq);
        order.deadline = _deadline();
        _sendMargin(order, ids, seed);
        debt.defaultAt = uint40(clock);
        for (uint256 i = 0; i < ids.length; ++i) _count(ids[i]);
    }

    /// @notice Other goods of the same holder, worth no less, under the same pledges: new in before old out.
    function substitute(uint256 seed) external timely {
        (uint256 id, uint256 other) = _exchange(seed);
        Paper storage paper = papers[id];
        bytes3 currency = lotCurrency[paper.lotId];
        if (currency == 0) currency = lotCurrency[papers[other].lotId];
        if (currency == 0) currency = debts[paper.pledges[0]].currency;
        _value(id, currency);
        _value(other, currency);
        _postQuietly(currency, uint64(TONNE_G)); // a gram is worth one
        PledgeSubstituteOrder memory order = _substitution(id, other, seed);
        bytes32 orderHash = keccak256(abi.encode(Typed.SUBSTITUTE, order));
        _sendSubstitution(order, orderHash, seed);
        uint256 ranks = paper.pledges.length;
        papers[other].pledges = paper.pledges;
        papers[other].keeper = papers[other].holder;
        papers[other].seq += uint32(ranks);
        delete paper.pledges;
        _settle(other);
        _count(id);
    }

    // --- prices ---

    function _post(bytes3 currency, uint64 priceMinor) private {
        if (clock <= _postedAt[currency]) _pass(1);
        _postedAt[currency] = clock;
        uint32[3] memory feeders = _feeders();
        for (uint256 i = 0; i < feeders.length; ++i) {
            PriceOrder memory order = PriceOrder(
                seriesOf(currency),
                feeders[i],
                i == 2 ? priceMinor + priceMinor / 50 : priceMinor,
                uint40(clock),
                _deadline()
            );
            bytes32 orderHash = keccak256(abi.encode(Typed.PRICE, order));
            bytes memory signature = _sign(valuation, feeders[i], orderHash);
            _send(valuation, abi.encodeCall(IValuation.post, (order, signature)));
        }
    }

    /// @dev The step before the act that a hostile handler wants spoiled.
    function _postQuietly(bytes3 currency, uint64 priceMinor) private {
        Spoil wanted = spoil;
        spoil = Spoil.NOTHING;
        _post(currency, priceMinor);
        spoil = wanted;
    }

    /// @dev Have the receipt's lot valued in this currency, if nobody has said otherwise.
    function _value(uint256 id, bytes3 currency) private {
        bytes24 lotId = papers[id].lotId;
        if (lotCurrency[lotId] == currency) return;
        if (lotCurrency[lotId] != 0) _skip();
        Spoil wanted = spoil;
        spoil = Spoil.NOTHING;
        LotSeriesOrder memory order = LotSeriesOrder(id, seriesOf(currency), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.LOT_SERIES, order));
        Paper storage paper = papers[id];
        Proof memory proof =
            _prove(valuation, orderHash, paper.operator, [paper.holder, _firstPledgee(paper), 0], 0);
        _send(
            valuation,
            abi.encodeCall(
                IValuation.assignLot, (order, proof.attestation, proof.committee, proof.signatures)
            )
        );
        lotCurrency[lotId] = currency;
        spoil = wanted;
    }

    /// @dev What a receipt is worth at a price that was posted this moment.
    function _priced(uint256 id, bytes3 currency, uint64 priceMinor) internal returns (uint256) {
        _value(id, currency);
        _postQuietly(currency, priceMinor);
        return uint256(priceMinor) * papers[id].grams / TONNE_G;
    }

    // --- margin ---

    /// @dev All receipts that a pledge covers, this one first.
    function _covered(uint256 id, uint64 pledgeId) private view returns (uint256[] memory ids) {
        ids = new uint256[](debts[pledgeId].receipts);
        if (ids.length > 5) _skip();
        ids[0] = id;
        uint256 count = 1;
        for (uint256 i = 0; i < live.length && count < ids.length; ++i) {
            if (live[i] != id && _has(papers[live[i]].pledges, pledgeId)) ids[count++] = live[i];
        }
    }

    function _has(uint64[] storage ranks, uint64 pledgeId) private view returns (bool) {
        for (uint256 i = 0; i < ranks.length; ++i) if (ranks[i] == pledgeId) return true;
        return false;
    }

    /// @dev What the pledge and all that stand before it on any of the receipts secure, each counted once.
    function _secured(uint256[] memory ids, uint64 pledgeId) private view returns (uint256 sum) {
        uint64[] memory known = new uint64[](ids.length * 4);
        uint256 count = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint64[] storage ranks = papers[ids[i]].pledges;
            for (uint256 j = 0; j < ranks.length; ++j) {
                bool found = false;
                for (uint256 k = 0; k < count; ++k) if (known[k] == ranks[j]) found = true;
                if (!found) {
                    known[count++] = ranks[j];
                    sum += debts[ranks[j]].amountMinor;
                }
                if (ranks[j] == pledgeId) break;
            }
        }
    }

    /// @dev Post a price at which the goods are worth too little; answers what the pledgee says they are worth.
    function _undervalue(uint256 seed, uint256[] memory ids, Debt storage debt, uint256 neededMinor)
        private
        returns (uint64)
    {
        uint256 wholeG = 0;
        for (uint256 i = 0; i < ids.length; ++i) wholeG += papers[ids[i]].grams;
        uint256 most = (neededMinor - 1) * TONNE_G / wholeG;
        uint256 cap = uint256(type(uint64).max) * TONNE_G / wholeG;
        if (cap < most) most = cap;
        if (most > MOST_PRICE) most = MOST_PRICE;
        if (most == 0) _skip();
        uint256 price = 1 + _roll(seed, 152, most);
        // I8: goods that are worth enough.
        bool enough = (neededMinor + ids.length) * TONNE_G / wholeG + 1 < MOST_PRICE && neededMinor < 1e18;
        if (enough && spoilAt % 2 == 0 && _spoils(Spoil.UNFAIR)) {
            price = (neededMinor + ids.length) * TONNE_G / wholeG + 1;
        }
        _postQuietly(debt.currency, uint64(price));
        uint256 valueMinor = 0;
        for (uint256 i = 0; i < ids.length; ++i) valueMinor += price * papers[ids[i]].grams / TONNE_G;
        // I8: or that are worth more than the pledgee says.
        if (spoilAt % 2 == 1 && valueMinor != 0 && _spoils(Spoil.UNFAIR)) return uint64(valueMinor - 1);
        return uint64(valueMinor + (valueMinor < 1e18 ? _roll(seed, 153, 1e6) : 0));
    }

    function _sendMargin(MarginOrder memory order, uint256[] memory ids, uint256 seed) private {
        bytes32 orderHash = Typed.ofMargin(order);
        bytes memory signature = _sign(pledge, order.pledgee, orderHash);
        uint32 bank = order.pledgee;
        for (uint256 i = 0; i < ids.length; ++i) if (papers[ids[i]].holder == BANK) bank = BANK;
        Paper storage paper = papers[order.receiptId];
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [paper.holder, order.pledgee, bank], seed);
        _send(
            pledge,
            abi.encodeCall(
                IPledgeCourse.callMargin,
                (order, signature, proof.attestation, proof.committee, proof.signatures)
            )
        );
    }

    // --- substitution ---

    /// @dev A pledged receipt, and a free one that may take its place.
    function _exchange(uint256 seed) private returns (uint256 id, uint256 other) {
        uint256 start = _roll(seed, 154, live.length == 0 ? 1 : live.length);
        for (uint256 i = 0; i < live.length; ++i) {
            id = live[(start + i) % live.length];
            if (papers[id].pledges.length == 0) continue;
            other = _substituteFor(id);
            if (other != 0) return (id, other);
        }
        _skip();
    }

    /// @dev A free receipt that may take this one's place; for a hostile handler, one that is worth less.
    function _substituteFor(uint256 id) private returns (uint256 other) {
        Paper storage paper = papers[id];
        for (uint256 i = 0; i < live.length; ++i) {
            other = live[i];
            Paper storage found = papers[other];
            bool alike = found.holder == paper.holder && found.operator == paper.operator
                && found.kind == paper.kind && found.status == 1 && found.cases.length == 0
                && found.pledges.length == 0 && clock + 1 <= found.expiresAt && found.lienTerms == 0;
            if (!alike || found.expiresAt < paper.expiresAt) continue;
            if (found.grams < paper.grams && !_spoils(Spoil.UNFAIR)) continue;
            if (found.grams >= paper.grams && spoil == Spoil.UNFAIR) continue;
            return other;
        }
        return 0;
    }

    function _substitution(uint256 id, uint256 other, uint256 seed)
        private
        returns (PledgeSubstituteOrder memory order)
    {
        uint64[] storage ranks = papers[id].pledges;
        order.receiptId = other;
        order.releasedId = id;
        order.holder = papers[id].holder;
        order.pledgee = debts[ranks[0]].pledgee;
        if (ranks.length > 1) order.second = debts[ranks[1]].pledgee;
        if (ranks.length > 2) order.third = debts[ranks[2]].pledgee;
        if (ranks.length > 3) order.fourth = debts[ranks[3]].pledgee;
        for (uint256 i = 0; i < ranks.length; ++i) {
            if (inactive[debts[ranks[i]].pledgee] && spoil != Spoil.IDLE_PARTY) _skip();
        }
        if (inactive[order.holder] && spoil != Spoil.IDLE_PARTY) _skip();
        order.seq = _seq(papers[other].seq);
        order.releasedSeq = papers[id].seq;
        order.filingDigest = keccak256(abi.encode("amended filing", seed));
        order.deadline = _deadline();
    }

    function _sendSubstitution(PledgeSubstituteOrder memory order, bytes32 orderHash, uint256 seed) private {
        bytes[5] memory by;
        by[0] = _sign(pledge, order.holder, orderHash);
        by[1] = _consent(pledge, order.pledgee, orderHash);
        if (order.second != 0) by[2] = _sign(pledge, order.second, orderHash);
        if (order.third != 0) by[3] = _sign(pledge, order.third, orderHash);
        if (order.fourth != 0) by[4] = _sign(pledge, order.fourth, orderHash);
        bool bank = order.second == BANK || order.third == BANK || order.fourth == BANK;
        uint32[3] memory parties = [order.holder, order.pledgee, bank ? BANK : 0];
        Proof memory proof = _prove(pledge, orderHash, papers[order.releasedId].operator, parties, seed);
        _send(
            pledge,
            abi.encodeCall(
                ISubstitution.substitute,
                (
                    order,
                    by[0],
                    by[1],
                    by[2],
                    by[3],
                    by[4],
                    proof.attestation,
                    proof.committee,
                    proof.signatures
                )
            )
        );
    }
}
