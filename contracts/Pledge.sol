// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PledgeOrder, PledgeReleaseOrder} from "./interfaces/ActTypes.sol";
import {IPledge} from "./interfaces/IPledge.sol";
import {PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {IPledgeValue} from "./interfaces/ISubstitution.sol";
import {IValuation} from "./interfaces/IValuation.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {PledgeSlots} from "./libraries/PledgeSlots.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";
import {PledgeBook} from "./PledgeBook.sol";
import {TwoPieces} from "./TwoPieces.sol";

/// @title Pledges: the three acts that make one, and its release. What comes between is in PledgeCourse.
contract Pledge is PledgeBook, IPledge, TwoPieces {
    using PledgeSlots for uint256;
    using PledgeSlots for PledgeRecord;
    using Slots for uint256;

    uint16 private constant MOST_LTV_BPS = 10_000;

    /// @param receipts_ The receipt contract.
    /// @param course The PledgeCourse of the same receipt contract.
    /// @param lien The module that keeps storage terms, which may go before pledges.
    constructor(address receipts_, address course, address lien)
        Module(receipts_)
        PledgeBook(lien)
        TwoPieces(course)
    {
        address asked = IValuation(IPledgeValue(course).valuation()).pledgeModule();
        if (asked != address(this)) revert ValuationAsksOther(asked, address(this));
    }

    /// @inheritdoc IPledge
    function pledge(
        PledgeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        bytes calldata seniorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint32 holder, uint32 pledgee) = (order.holder, order.pledgee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(ActHash.PLEDGE_ORDER, start, 13);
        uint256 word = RECEIPTS.addPledge(order.receiptId, order.seq, pledgee);
        _enter(order, word, uint64(bytes8(orderHash)));
        _requireHolder(order.receiptId, word, holder);
        _requireCap(order.receiptId, word, order.lienCapMinor, order.currency);
        if (holder == pledgee) revert PledgeeIsParty(pledgee);
        _requireBoth(holder, pledgee, orderHash, holderSignature, pledgeeSignature);
        if (word.pledgesOf() != 0) _requireSigned(word.firstPledgeeOf(), orderHash, seniorSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, pledgee, pledgee);
    }

    /// @inheritdoc IPledge
    function release(PledgeReleaseOrder calldata order, bytes calldata pledgeeSignature) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 pledgeId, uint32 pledgee) = (order.receiptId, order.pledgeId, order.pledgee);
        uint256 rest = _without(receiptId, pledgeId);
        PledgeRecord storage stored = _pledges[pledgeId];
        uint256 record = stored.load();
        if (record.pledgeeOf() != pledgee) revert WrongPledgee(pledgeId, pledgee, record.pledgeeOf());
        stored.save(record.withoutOne());
        uint32 first = rest == 0 ? 0 : _pledges[uint64(rest)].load().pledgeeOf();
        RECEIPTS.releasePledge(receiptId, order.seq, pledgeId, rest == 0 ? 0 : _count(rest), first, pledgee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(pledgee, ActHash.ofWords(ActHash.PLEDGE_RELEASE_ORDER, start, 5), pledgeeSignature);
    }

    /// @inheritdoc IPledge
    function pledgeOf(uint64 pledgeId) external view returns (PledgeRecord memory) {
        return _pledges[pledgeId];
    }

    /// @inheritdoc IPledge
    function pledgesOn(uint256 receiptId) external view returns (uint64[] memory ids) {
        uint256 ranks = _ranks[receiptId];
        ids = new uint64[](_count(ranks));
        for (uint256 i = 0; i < ids.length; ++i) ids[i] = uint64(ranks >> 64 * i);
    }

    /// @dev Write the pledge down behind those the receipt has.
    function _enter(PledgeOrder calldata order, uint256 word, uint64 pledgeId) private {
        (uint256 receiptId, uint64 amountMinor, uint40 maturity) = (order.receiptId, order.amountMinor, order.maturity);
        (uint16 ltvBps, uint24 cureS, bytes3 currency) = (order.ltvBps, order.cureS, order.currency);
        bool sound = amountMinor != 0 && maturity > block.timestamp && cureS != 0;
        if (!sound || ltvBps == 0 || ltvBps > MOST_LTV_BPS) revert PledgeTerms(amountMinor, maturity, ltvBps, cureS);
        PledgeRecord storage stored = _pledges[pledgeId];
        if (pledgeId == 0 || stored.load() != 0) revert PledgeExists(pledgeId);
        uint256 held = word.pledgesOf();
        if (held == RANKS || order.rank != held + 1) revert RankNotNext(receiptId, order.rank, held + 1);
        uint256 ranks = held == 0 ? 0 : _ranks[receiptId];
        if (ranks != 0) _refuseBehind(receiptId, uint64(ranks), currency);
        _ranks[receiptId] = ranks | uint256(pledgeId) << 64 * held;
        stored.save(PledgeSlots.newPledge(order));
        emit Pledged(
            receiptId,
            pledgeId,
            order.pledgee,
            order.holder,
            order.rank,
            amountMinor,
            currency,
            maturity,
            ltvBps,
            cureS,
            order.filingDigest
        );
    }

    /// @dev A junior pledge is in the first one's currency, and none stands behind a bond.
    function _refuseBehind(uint256 receiptId, uint64 firstId, bytes3 currency) private view {
        PledgeRecord memory first = _pledges[firstId];
        if (first.ltvBps == 0) revert BondOnReceipt(receiptId, firstId);
        if (first.currency != currency) revert CurrencyDiffers(receiptId, currency, first.currency);
    }

    /// @dev Take a pledge out of a receipt's ranks; those behind it move up by one.
    function _without(uint256 receiptId, uint64 pledgeId) private returns (uint256 rest) {
        uint256 ranks = _ranks[receiptId];
        if (ranks == pledgeId && ranks != 0) {
            _ranks[receiptId] = 0; // the only one, as a rule
            return 0;
        }
        uint256 at = _position(receiptId, ranks, pledgeId);
        uint256 low = (1 << 64 * at) - 1;
        rest = ranks & low | (at + 1 == RANKS ? 0 : ranks >> 64 & ~low);
        _ranks[receiptId] = rest;
    }
}
