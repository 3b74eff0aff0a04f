// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    CureOrder,
    DefaultOrder,
    ForeclosureOrder,
    MarginOrder,
    ReceiptRef,
    Share
} from "./interfaces/ActTypes.sol";
import {PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {IPledgeCourse} from "./interfaces/IPledgeCourse.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {Cover} from "./interfaces/ValueTypes.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Slots} from "./libraries/Slots.sol";
import {PledgeValue} from "./PledgeValue.sol";

/// @title From notice of default, or a margin call, to cure or to a sale with its waterfall.
abstract contract Foreclosure is PledgeValue, IPledgeCourse {
    using Slots for uint256;

    /// @inheritdoc IPledgeCourse
    function noticeDefault(DefaultOrder calldata order, bytes calldata pledgeeSignature) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 pledgeId, uint32 pledgee) = (order.receiptId, order.pledgeId, order.pledgee);
        (PledgeRecord memory found, uint256 ranks,) = _own(receiptId, pledgeId, pledgee);
        if (block.timestamp <= found.maturity) revert NotDue(pledgeId, found.maturity, block.timestamp);
        _startCure(receiptId, pledgeId, found, order.seq, ranks);
        emit DefaultNoticed(pledgeId, receiptId, block.timestamp + found.cureS);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(pledgee, ActHash.ofWords(ActHash.DEFAULT_ORDER, start, 5), pledgeeSignature);
    }

    /// @inheritdoc IPledgeCourse
    function callMargin(
        MarginOrder calldata order,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        uint256 word = _callMargin(order);
        uint32[] memory holders = _touchOthers(order.others);
        bytes32 orderHash = ActHash.ofMargin(order);
        _requireSigned(order.pledgee, orderHash, pledgeeSignature);
        (uint256 signers, uint256 filter) =
            _attestFull(orderHash, word.operatorOf(), attestation, committee, signatures);
        Quorum.refuseParty(committee.attesters, signers, filter, word.holderOf());
        Quorum.refuseParty(committee.attesters, signers, filter, order.pledgee);
        for (uint256 i = 0; i < holders.length; ++i) {
            Quorum.refuseParty(committee.attesters, signers, filter, holders[i]);
        }
    }

    /// @inheritdoc IPledgeCourse
    function cure(CureOrder calldata order, bytes calldata pledgeeSignature) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 pledgeId, uint32 pledgee) = (order.receiptId, order.pledgeId, order.pledgee);
        (PledgeRecord memory found, uint256 ranks,) = _own(receiptId, pledgeId, pledgee);
        if (found.defaultAt == 0) revert NoDefault(pledgeId);
        _touch(receiptId, order.seq, ranks);
        _pledges[pledgeId].defaultAt = 0;
        emit DefaultCured(pledgeId, receiptId);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(pledgee, ActHash.ofWords(ActHash.CURE_ORDER, start, 5), pledgeeSignature);
    }

    /// @inheritdoc IPledgeCourse
    function foreclose(
        ForeclosureOrder calldata order,
        bytes calldata pledgeeSignature,
        bytes calldata buyerSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        uint256 receiptId = order.receiptId;
        bytes32 orderHash = ActHash.ofForeclosure(order);
        uint256 ranks = _ranks[receiptId];
        _requireSaleOpen(order, ranks);
        uint256 word = RECEIPTS.moveReceipt(receiptId, order.seq, order.buyer, orderHash, pledgeeSignature);
        _requireHolder(receiptId, word, order.pledgor);
        RECEIPTS.setPledges(receiptId, order.seq + 1, 0, 0);
        emit ReceiptForeclosed(
            receiptId,
            order.pledgor,
            order.buyer,
            order.saleDigest,
            order.proceedsMinor,
            order.costsMinor,
            order.lienMinor,
            order.surplusMinor
        );
        _pay(order, ranks);
        delete _ranks[receiptId];
        _requireSigned(order.buyer, orderHash, buyerSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, order.buyer, order.pledgee);
    }

    /// @dev Too little is: what the pledge and those before it secure is more than the agreed part of the value.
    function _callMargin(MarginOrder calldata order) private returns (uint256 word) {
        (uint256 receiptId, uint64 pledgeId, uint64 claimMinor) =
            (order.receiptId, order.pledgeId, order.valueMinor);
        (PledgeRecord memory found, uint256 ranks,) = _own(receiptId, pledgeId, order.pledgee);
        ReceiptRef[] calldata others = order.others;
        uint256[] memory covered = new uint256[](others.length + 1);
        covered[0] = receiptId;
        for (uint256 i = 0; i < others.length; ++i) covered[i + 1] = others[i].receiptId;
        Cover memory cover = VALUATION.coverOf(pledgeId, covered);
        (uint256 valueMinor, uint256 neededMinor) = (cover.valueMinor, cover.neededMinor);
        if (valueMinor >= neededMinor) revert MarginHolds(pledgeId, valueMinor, neededMinor);
        if (valueMinor > claimMinor) revert ValueAboveClaim(pledgeId, claimMinor, valueMinor);
        word = _startCure(receiptId, pledgeId, found, order.seq, ranks);
        emit MarginCalled(
            pledgeId,
            receiptId,
            uint64(valueMinor),
            uint64(_min(neededMinor, type(uint64).max)),
            block.timestamp + found.cureS
        );
    }

    /// @dev Spend an order of each further receipt under a pledge; answers who holds them.
    function _touchOthers(ReceiptRef[] calldata others) private returns (uint32[] memory holders) {
        holders = new uint32[](others.length);
        for (uint256 i = 0; i < others.length; ++i) {
            uint256 receiptId = others[i].receiptId;
            holders[i] = _touch(receiptId, others[i].seq, _ranks[receiptId]).holderOf();
        }
    }

    function _startCure(
        uint256 receiptId,
        uint64 pledgeId,
        PledgeRecord memory found,
        uint32 seq,
        uint256 ranks
    ) private returns (uint256 word) {
        if (found.defaultAt != 0) revert DefaultStands(pledgeId, found.defaultAt);
        word = RECEIPTS.setPledges(receiptId, seq, _count(ranks), _pledges[uint64(ranks)].pledgee);
        _pledges[pledgeId].defaultAt = uint40(block.timestamp);
    }

    function _requireSaleOpen(ForeclosureOrder calldata order, uint256 ranks) private view {
        uint64 pledgeId = uint64(ranks);
        PledgeRecord memory first = _pledges[pledgeId];
        if (first.pledgee != order.pledgee || ranks == 0) {
            revert NotFirstRank(order.receiptId, order.pledgee, first.pledgee);
        }
        if (first.defaultAt == 0) revert NoDefault(pledgeId);
        uint256 saleFrom = uint256(first.defaultAt) + first.cureS;
        if (block.timestamp <= saleFrom) revert CurePeriodRuns(pledgeId, saleFrom, block.timestamp);
    }

    /// @dev Costs, lien, pledges by rank, surplus: each gets what it claims until nothing is left.
    function _pay(ForeclosureOrder calldata order, uint256 ranks) private {
        uint256 receiptId = order.receiptId;
        Share[] calldata shares = order.shares;
        // A receipt under a lien is not sold before the lien is settled, so none can be paid here.
        if (order.lienMinor != 0) revert WaterfallDiffers(receiptId, order.lienMinor, 0);
        if (order.costsMinor > order.proceedsMinor) {
            revert WaterfallDiffers(receiptId, order.costsMinor, order.proceedsMinor);
        }
        uint256 rest = order.proceedsMinor - order.costsMinor;
        if (shares.length != _count(ranks)) revert WaterfallDiffers(receiptId, shares.length, _count(ranks));
        for (uint256 i = 0; i < shares.length; ++i) {
            Share calldata share = shares[i];
            uint64 pledgeId = uint64(ranks >> 64 * i);
            if (share.pledgeId != pledgeId) revert PledgeNotOnReceipt(receiptId, share.pledgeId);
            PledgeRecord memory found = _pledges[pledgeId];
            if (order.buyer == found.pledgee) revert PledgeeIsParty(found.pledgee);
            if (share.claimMinor > found.amountMinor) {
                revert WaterfallDiffers(receiptId, share.claimMinor, found.amountMinor);
            }
            uint256 due = _min(share.claimMinor, rest);
            if (share.paidMinor != due) revert WaterfallDiffers(receiptId, share.paidMinor, due);
            rest -= due;
            emit PledgePaid(pledgeId, receiptId, found.pledgee, share.paidMinor);
            found.amountMinor -= share.paidMinor;
            _uncover(pledgeId, found);
        }
        if (order.surplusMinor != rest) revert WaterfallDiffers(receiptId, order.surplusMinor, rest);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
