// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef} from "./ActTypes.sol";

// Losses: of a receipt's document or key, and of goods.

// Why a receipt is to be replaced.
uint8 constant LOSS_LOST = 1;
uint8 constant LOSS_COMPROMISED = 2;

/// Stop a receipt whose document or keys are lost or in other hands, for a time in which others may object.
struct LossNoticeOrder {
    uint256 receiptId;
    uint32 holder;
    uint8 reason;
    uint24 noticeS; // from now to the earliest replacement
    uint32 seq;
    uint64 deadline;
}

/// Let a receipt under notice move again.
struct LossWithdrawalOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 seq;
    uint64 deadline;
}

/// Put a new document in the place of a receipt whose notice has run.
struct ReplacementOrder {
    uint256 receiptId;
    uint256 successorId;
    uint32 holder;
    uint32 seq;
    uint64 quantityG;
    uint40 expiresAt;
    uint64 deadline;
}

/// Lower all receipts of a lot whose goods were found short.
struct ShortageOrder {
    bytes24 lotId;
    uint32 operator;
    uint64 shortG;
    ReceiptRef[] receipts; // all that stand for the lot's goods, ascending
    uint64 deadline;
}

/// A notice that stands. `until` is the earliest replacement.
struct LossNotice {
    uint40 since;
    uint40 until;
    uint8 reason;
}
