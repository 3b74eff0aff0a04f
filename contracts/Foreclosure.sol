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
import {Sale, Waterfall} from "./Waterfall.sol";

/// @title From notice of default, or a margin call, to cure or to a sale with its waterfall.
abstract contract Foreclosure is PledgeValue, Waterfall, IPledgeCourse {
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
        Sale memory sale = _begin(order, uint64(ranks));
        uint256 word = RECEIPTS.moveReceipt(receiptId, order.seq + 1, order.buyer, orderHash, pledgeeSignature);
        _requireHolder(receiptId, word, order.pledgor);
        RECEIPTS.setPledges(receiptId, order.seq + 2, 0, 0);
        _divide(order, sale, ranks);
        _requireSigned(order.buyer, orderHash, buyerSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, order.buyer, order.pledgee);
    }

    /// @dev Too little is: what the pledge and those before it secure is more than the agreed part of the value.
    function _callMargin(MarginOrder calldata order) private returns (uint256 word) {
        (uint256 receiptId, uint64 pledgeId, uint64 claimMinor) =
            (order.receiptId, order.pledgeId, order.valueMinor);
        (PledgeRecord memory found, uint256 ranks,) = _own(receiptId, pledgeId, order.pledgee);
        if (found.ltvBps == 0) revert BondOnReceipt(receiptId, pledgeId);
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
        if (found.ltvBps == 0) revert BondOnReceipt(receiptId, pledgeId);
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
        if (first.ltvBps == 0) {
            if (order.soldAt <= first.maturity) revert NotDue(pledgeId, first.maturity, order.soldAt);
            return;
        }
        if (first.defaultAt == 0) revert NoDefault(pledgeId);
        uint256 saleFrom = uint256(first.defaultAt) + first.cureS;
        if (order.soldAt <= saleFrom) revert CurePeriodRuns(pledgeId, saleFrom, order.soldAt);
    }

    function _begin(ForeclosureOrder calldata order, uint64 firstId) private returns (Sale memory sale) {
        (sale.receiptId, sale.buyer) = (order.receiptId, order.buyer);
        _beginSale(sale, order.seq, firstId, order.soldAt, order.proceedsMinor, order.costsMinor);
    }

    /// @dev Tell of the sale and divide what it brought.
    function _divide(ForeclosureOrder calldata order, Sale memory sale, uint256 ranks) private {
        uint256 receiptId = order.receiptId;
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
        Share[] calldata shares = order.shares;
        if (shares.length != _count(ranks)) revert WaterfallDiffers(receiptId, shares.length, _count(ranks));
        for (uint256 i = 0; i < shares.length; ++i) {
            Share calldata share = shares[i];
            if (share.pledgeId != uint64(ranks >> 64 * i)) revert PledgeNotOnReceipt(receiptId, share.pledgeId);
            _payPledge(sale, share.pledgeId, share.claimMinor, share.paidMinor);
        }
        _endSale(sale, order.lienMinor, order.surplusMinor);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
