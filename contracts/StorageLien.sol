// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, RIGHT_PLEDGE, RIGHT_REPLACE, Successor} from "./interfaces/ActTypes.sol";
import {IReceiptFollower} from "./interfaces/IReceiptFollower.sol";
import {ILienSettlement, IStorageLien} from "./interfaces/IStorageLien.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {
    DISCHARGE_ASSERTION,
    DISCHARGE_TERMS,
    LIEN_BEFORE_PLEDGES,
    LIEN_BEHIND_PLEDGES,
    LienAssertOrder,
    LienDischargeOrder,
    LienPaymentOrder,
    LienRecord,
    LienTenderOrder,
    LienTermsOrder
} from "./interfaces/LienTypes.sol";
import {Attestation, Committee, Receipt, STATUS_DELIVERED, STATUS_LIVE} from "./interfaces/Types.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {LienHash} from "./libraries/LienHash.sol";
import {LienMath} from "./libraries/LienMath.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Storage fees, and the warehouse operator's lien for them.
contract StorageLien is Module, IStorageLien {
    using LienMath for LienRecord;
    using Slots for uint256;

    mapping(uint256 receiptId => LienRecord) private _records;
    mapping(bytes32 paymentDigest => bool) private _counted;

    /// @param receipts_ The receipt contract.
    constructor(address receipts_) Module(receipts_) {}

    /// @inheritdoc IStorageLien
    function agreeTerms(
        LienTermsOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        bytes calldata consent
    ) external {
        _refuseLate(order.deadline);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(LienHash.LIEN_TERMS_ORDER, start, 11);
        uint256 word = _agree(order);
        uint8 pledges = word.pledgesOf();
        if (order.rank == LIEN_BEFORE_PLEDGES && pledges > 1) revert JuniorsOutranked(order.receiptId, pledges);
        _requireKeeper(order.receiptId, word.operatorOf(), order.operator);
        _requireHolder(order.receiptId, word, order.holder);
        _requireBoth(order.holder, order.operator, orderHash, holderSignature, operatorSignature);
        if (pledges != 0) _requireSigned(word.firstPledgeeOf(), orderHash, consent);
    }

    /// @inheritdoc IStorageLien
    function assertLien(LienAssertOrder calldata order, bytes calldata operatorSignature) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 amountMinor) = (order.receiptId, order.amountMinor);
        LienRecord memory found = _next(receiptId, order.number);
        uint64 dueMinor = found.dueOn(block.timestamp);
        if (amountMinor > dueMinor) revert LienAboveDue(receiptId, amountMinor, dueMinor, block.timestamp);
        if (amountMinor <= found.assertedMinor) revert LienNotRaised(receiptId, amountMinor, found.assertedMinor);
        found.assertedMinor = amountMinor;
        _records[receiptId] = found;
        uint256 word = RECEIPTS.setLiens(receiptId, 1, found.rank);
        emit LienAsserted(receiptId, order.operator, amountMinor);
        _requireKeeper(receiptId, word.operatorOf(), order.operator);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(order.operator, ActHash.ofWords(LienHash.LIEN_ASSERT_ORDER, start, 5), operatorSignature);
    }

    /// @inheritdoc IStorageLien
    function acknowledge(LienPaymentOrder calldata order, bytes calldata operatorSignature) external {
        _refuseLate(order.deadline);
        uint256 receiptId = order.receiptId;
        LienRecord memory found = _next(receiptId, order.number);
        _requireKeeper(receiptId, _receipt(receiptId).operator, order.operator);
        uint64 amountMinor = order.amountMinor;
        uint64 most = type(uint64).max - found.paidMinor;
        _pay(receiptId, found, found.paidMinor + (amountMinor < most ? amountMinor : most), 0);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(order.operator, ActHash.ofWords(LienHash.LIEN_PAYMENT_ORDER, start, 5), operatorSignature);
    }

    /// @inheritdoc IStorageLien
    function discharge(LienDischargeOrder calldata order, bytes calldata operatorSignature) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint8 scope) = (order.receiptId, order.scope);
        LienRecord memory found = _next(receiptId, order.number);
        if (scope == DISCHARGE_ASSERTION) {
            if (found.assertedMinor == 0) revert NoLienAsserted(receiptId);
            found.assertedMinor = 0;
            _records[receiptId] = found;
        } else if (scope == DISCHARGE_TERMS) {
            found.rank = 0;
            _end(receiptId, found.number);
        } else {
            revert UnknownScope(scope);
        }
        uint256 word = RECEIPTS.setLiens(receiptId, 0, found.rank);
        emit LienDischarged(receiptId, order.operator, scope);
        _requireKeeper(receiptId, word.operatorOf(), order.operator);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(order.operator, ActHash.ofWords(LienHash.LIEN_DISCHARGE_ORDER, start, 5), operatorSignature);
    }

    /// @inheritdoc IStorageLien
    function tender(
        LienTenderOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        uint256 receiptId = order.receiptId;
        Receipt memory receipt = _receipt(receiptId);
        if (receipt.holder != order.holder) revert WrongHolder(receiptId, order.holder, receipt.holder);
        if (order.paymentDigest == 0 || _counted[order.paymentDigest]) revert PaymentCounted(order.paymentDigest);
        _counted[order.paymentDigest] = true;
        _pay(receiptId, _found(receiptId), order.paidMinor, order.paymentDigest);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(LienHash.LIEN_TENDER_ORDER, start, 5);
        _requireSigned(order.holder, orderHash, holderSignature);
        (uint256 signers, uint256 filter) = _attest(
            orderHash,
            attestation,
            committee,
            signatures,
            committee.threshold,
            Quorum.ANY_OPERATOR,
            CONSORTIUM.committeeDigest()
        );
        // Nobody attests in its own cause, the creditor that does not acknowledge least of all.
        Quorum.refuseParty(committee.attesters, signers, filter, receipt.operator);
        Quorum.refuseParty(committee.attesters, signers, filter, receipt.holder);
    }

    /// @inheritdoc IReceiptFollower
    function follow(ReceiptRef[] calldata olds, Successor[] calldata news) external {
        _requireRight(RIGHT_REPLACE);
        LienRecord memory whole = _pool(olds);
        if (whole.rank == 0) return;
        uint256 wholeG = 0;
        for (uint256 i = 0; i < news.length; ++i) wholeG += news[i].quantityG;
        uint256 givenG = 0;
        for (uint256 i = 0; i < news.length; ++i) {
            uint256 receiptId = news[i].receiptId;
            LienRecord memory found = whole.part(givenG, givenG + news[i].quantityG, wholeG);
            found.number = _records[receiptId].number;
            _records[receiptId] = found;
            emit LienFollowed(olds[0].receiptId, receiptId, found);
            givenG += news[i].quantityG;
        }
    }

    /// @inheritdoc IStorageLien
    function resize(uint256 receiptId) external {
        LienRecord memory found = _records[receiptId];
        uint64 quantityG = _receipt(receiptId).quantityG;
        if (found.rank == 0 || quantityG == found.quantityG) return;
        found.countTo(block.timestamp);
        found.quantityG = quantityG;
        _records[receiptId] = found;
        emit LienResized(receiptId, quantityG);
    }

    /// @inheritdoc ILienSettlement
    function settle(uint256 receiptId, uint32 seq, bytes3 currency, uint40 soldAt)
        external
        returns (uint64 dueMinor, uint8 rank)
    {
        _requireRight(RIGHT_PLEDGE);
        LienRecord memory found = _records[receiptId];
        bool stays = found.rank == 0 || found.currency != currency;
        uint256 word = stays
            ? RECEIPTS.setLiens(receiptId, found.assertedMinor == 0 ? 0 : 1, found.rank)
            : RECEIPTS.setLiens(receiptId, 0, 0);
        if (word.seqOf() != seq) revert WrongSeq(receiptId, seq, word.seqOf());
        if (stays) return (0, 0);
        (dueMinor, rank) = (found.dueOn(soldAt), found.rank);
        _end(receiptId, found.number + 1);
        emit LienSettled(receiptId, dueMinor, soldAt);
    }

    /// @inheritdoc ILienSettlement
    function outranks(uint256 receiptId) external view returns (uint64 capMinor, bytes3 currency) {
        LienRecord memory found = _records[receiptId];
        return (found.rank == LIEN_BEFORE_PLEDGES ? found.capMinor : 0, found.currency);
    }

    /// @inheritdoc IStorageLien
    function dueOn(uint256 receiptId, uint256 atS) external view returns (uint64) {
        if (_receipt(receiptId).status >= STATUS_DELIVERED) return 0;
        return _records[receiptId].dueOn(atS);
    }

    /// @inheritdoc IStorageLien
    function termsOf(uint256 receiptId) external view returns (LienRecord memory) {
        return _records[receiptId];
    }

    // --- inner steps ---

    /// @dev Write terms down on a receipt that stands free of courts and doubts.
    function _agree(LienTermsOrder calldata order) private returns (uint256 word) {
        (uint256 receiptId, uint8 rank) = (order.receiptId, order.rank);
        bool ranked = rank == LIEN_BEFORE_PLEDGES || rank == LIEN_BEHIND_PLEDGES;
        if (!ranked || order.feeMinor == 0 || order.capMinor == 0 || order.fromS == 0) {
            revert LienTermsIncomplete(order.feeMinor, order.capMinor, order.fromS, rank);
        }
        LienRecord storage stored = _records[receiptId];
        if (stored.rank != 0) revert LienTermsStand(receiptId, stored.rank);
        word = RECEIPTS.setLiens(receiptId, 0, rank);
        if (word.seqOf() != order.seq) revert WrongSeq(receiptId, order.seq, word.seqOf());
        if (word.statusOf() != STATUS_LIVE) revert ReceiptNotLive(receiptId, word.statusOf());
        // A burden made after a freeze has no effect against the creditor for whom the court froze.
        if (word.freezesOf() != 0) revert ReceiptFrozen(receiptId, word.freezeCaseOf(), word.freezesOf());
        _records[receiptId] = LienRecord({
            feeMinor: order.feeMinor,
            currency: order.currency,
            sinceS: order.fromS,
            capMinor: order.capMinor,
            quantityG: _receipt(receiptId).quantityG,
            rank: rank,
            gramSeconds: 0,
            number: stored.number,
            paidMinor: 0,
            assertedMinor: 0
        });
        emit LienTermsAgreed(
            receiptId,
            order.operator,
            order.holder,
            order.feeMinor,
            order.currency,
            order.fromS,
            order.capMinor,
            rank,
            order.contractDigest
        );
    }

    /// @dev Count payments up to a sum; the goods may move again once nothing is asserted.
    function _pay(uint256 receiptId, LienRecord memory found, uint64 paidMinor, bytes32 paymentDigest) private {
        if (paidMinor <= found.paidMinor) revert NoPayment(receiptId, paidMinor, found.paidMinor);
        uint64 amountMinor = paidMinor - found.paidMinor;
        uint64 before = found.assertedMinor;
        found.assertedMinor = before > amountMinor ? before - amountMinor : 0;
        found.paidMinor = paidMinor;
        _records[receiptId] = found;
        emit LienPaid(receiptId, paidMinor, found.assertedMinor, paymentDigest);
        // A quorum's count always spends the receipt's next order, so that its logs say all that it did.
        bool freed = before != 0 && found.assertedMinor == 0;
        if (freed || paymentDigest != 0) RECEIPTS.setLiens(receiptId, found.assertedMinor == 0 ? 0 : 1, found.rank);
    }

    /// @dev The receipts' records as one, counted up to now; they are gone then, but for their numbers.
    function _pool(ReceiptRef[] calldata olds) private returns (LienRecord memory whole) {
        for (uint256 i = 0; i < olds.length; ++i) {
            uint256 receiptId = olds[i].receiptId;
            LienRecord memory found = _records[receiptId];
            found.countTo(block.timestamp);
            _end(receiptId, found.number);
            if (i == 0) {
                whole = found;
                continue;
            }
            bool alike = found.rank == whole.rank && found.feeMinor == whole.feeMinor
                && found.currency == whole.currency && found.sinceS == whole.sinceS;
            if (!alike) revert LienTermsDiffer(olds[0].receiptId, receiptId);
            whole.join(found);
        }
    }

    /// @dev Terms end; the count of orders goes on, so that no old order fits new terms.
    function _end(uint256 receiptId, uint32 number) private {
        delete _records[receiptId];
        _records[receiptId].number = number;
    }

    /// @dev The record with its order counted; refused unless there are terms and this is their next order.
    function _next(uint256 receiptId, uint32 number) private view returns (LienRecord memory found) {
        found = _found(receiptId);
        if (found.number != number) revert WrongLienNumber(receiptId, number, found.number);
        ++found.number;
    }

    function _found(uint256 receiptId) private view returns (LienRecord memory found) {
        found = _records[receiptId];
        if (found.rank == 0) revert NoLienTerms(receiptId);
    }

    function _receipt(uint256 receiptId) private view returns (Receipt memory) {
        return IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId);
    }

    function _requireRight(uint16 right) private view {
        uint16 rights = CONSORTIUM.permissions(msg.sender);
        if (rights & right == 0) revert ModuleLacksRight(msg.sender, right, rights);
    }

    function _requireKeeper(uint256 receiptId, uint32 operator, uint32 given) private pure {
        if (operator != given) revert OperatorDiffers(receiptId, given, operator);
    }
}
