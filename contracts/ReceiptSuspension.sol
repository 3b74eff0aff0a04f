// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {RIGHT_NOTICE} from "./interfaces/ActTypes.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IReceiptPrimitives} from "./interfaces/IReceiptPrimitives.sol";
import {ISuspension} from "./interfaces/ISuspension.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {
    Attestation,
    Committee,
    Receipt,
    ReinstateOrder,
    STATUS_LIVE,
    STATUS_SUSPENDED,
    SUSPENDED_BY_NOTICE,
    SuspendOrder
} from "./interfaces/Types.sol";
import {AttestedOrders} from "./AttestedOrders.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Slots} from "./libraries/Slots.sol";
import {ReceiptGuards} from "./ReceiptGuards.sol";

/// @title Receipts that attesters stop and let go on.
/// @dev Runs in the receipt contract's storage and under its address, so its EIP-712 domain is that contract's.
abstract contract ReceiptSuspension is ReceiptGuards, AttestedOrders, ISuspension, IReceiptPrimitives {
    using Slots for uint256;
    using Slots for Receipt;

    /// Attesters that suffice to stop a receipt: stopping must be easier than moving.
    uint256 private constant SUSPEND_THRESHOLD = 2;

    /// @inheritdoc ISuspension
    function suspend(
        SuspendOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        (uint256 receiptId, uint8 reason) = (order.receiptId, order.reason);
        _refuseLate(order.deadline);
        uint256 word = _nextIs(receiptId, order.seq);
        if (word.statusOf() != STATUS_LIVE) revert ReceiptNotLive(receiptId, word.statusOf());
        if (reason == SUSPENDED_BY_NOTICE) revert SuspendReasonReserved(reason);
        _receipts[receiptId].save(word.withStatus(STATUS_SUSPENDED).withSuspendReason(reason).withNextSeq());
        emit IWarehouseReceipt.ReceiptSuspended(receiptId, reason, order.seq);
        emit IERC5192.Locked(receiptId);
        _attestApart(
            OrderHash.ofSuspend(order),
            word,
            attestation,
            committee,
            signatures,
            SUSPEND_THRESHOLD,
            Quorum.ANY_OPERATOR
        );
    }

    /// @inheritdoc ISuspension
    function reinstate(
        ReinstateOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        uint256 receiptId = order.receiptId;
        _refuseLate(order.deadline);
        uint256 word = _nextIs(receiptId, order.seq);
        if (word.statusOf() != STATUS_SUSPENDED) revert ReceiptNotSuspended(receiptId, word.statusOf());
        if (word.suspendReasonOf() == SUSPENDED_BY_NOTICE) revert ReceiptUnderNotice(receiptId);
        word = word.withStatus(STATUS_LIVE).withSuspendReason(0).withNextSeq();
        _receipts[receiptId].save(word);
        emit IWarehouseReceipt.ReceiptReinstated(receiptId, order.seq);
        // Live again, but a pledge, a lien or a freeze may still lie on it.
        if (word.isOpen()) emit IERC5192.Unlocked(receiptId);
        _attestApart(
            OrderHash.ofReinstate(order),
            word,
            attestation,
            committee,
            signatures,
            committee.threshold,
            word.operatorOf()
        );
    }

    /// @inheritdoc IReceiptPrimitives
    function setNotice(uint256 receiptId, uint32 seq, bool stands)
        external
        needs(RIGHT_NOTICE)
        returns (uint256 word)
    {
        word = _nextIs(receiptId, seq);
        uint256 next = word.withNextSeq();
        if (stands) {
            if (word.statusOf() != STATUS_LIVE) revert ReceiptNotLive(receiptId, word.statusOf());
            next = next.withStatus(STATUS_SUSPENDED).withSuspendReason(SUSPENDED_BY_NOTICE);
            emit IWarehouseReceipt.ReceiptSuspended(receiptId, SUSPENDED_BY_NOTICE, seq);
        } else {
            (uint8 status, uint8 reason) = (word.statusOf(), word.suspendReasonOf());
            if (status != STATUS_SUSPENDED || reason != SUSPENDED_BY_NOTICE) {
                revert ReceiptNotUnderNotice(receiptId, status, reason);
            }
            next = next.withStatus(STATUS_LIVE).withSuspendReason(0);
            emit IWarehouseReceipt.ReceiptReinstated(receiptId, seq);
        }
        _receipts[receiptId].save(next);
        _tellLock(receiptId, word, next);
    }

    /// @dev A quorum without an attester of the holder's.
    function _attestApart(
        bytes32 orderHash,
        uint256 word,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures,
        uint256 threshold,
        uint256 operator
    ) private {
        (uint256 signers, uint256 filter) = _attest(
            orderHash, attestation, committee, signatures, threshold, operator, CONSORTIUM.committeeDigest()
        );
        Quorum.refuseParty(committee.attesters, signers, filter, word.holderOf());
    }
}
