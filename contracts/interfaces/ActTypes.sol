// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

// Orders that modules take. Quantities are whole grams, amounts whole minor units of the currency, times unix
// seconds. A receipt's `seq` is the number of its next order, whichever contract takes it.

// What a module may ask of the receipt contract, a bitmask.
uint16 constant RIGHT_REPLACE = 1;
uint16 constant RIGHT_REDUCE = 2;
uint16 constant RIGHT_MOVE = 4;
uint16 constant RIGHT_PLEDGE = 8;
uint16 constant RIGHT_FREEZE = 16;
uint16 constant RIGHT_LIEN = 32;
uint16 constant RIGHT_WRITE_DOWN = 64;
uint16 constant RIGHT_RETIRE = 128;
uint16 constant RIGHT_NOTICE = 256;

/// A receipt that is replaced, by its next order.
struct ReceiptRef {
    uint256 receiptId;
    uint32 seq;
}

/// A receipt that replaces others.
struct Successor {
    uint256 receiptId; // SHA-256 of its own canonical document
    uint64 quantityG;
    uint40 expiresAt;
}

/// Let parts of a receipt stand for themselves. Parts that sum to the whole burn it; otherwise the rest stays.
struct SplitOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 operator;
    uint32 seq;
    Successor[] parts;
    uint64 deadline;
}

/// Make several receipts one.
struct MergeOrder {
    ReceiptRef[] receipts;
    uint256 mergedId;
    uint32 holder;
    uint32 operator;
    uint64 quantityG;
    uint40 expiresAt;
    uint64 deadline;
}

/// Put a corrected, extended or replacement document in the place of a receipt's.
struct SupersedeOrder {
    uint256 receiptId;
    uint256 successorId;
    uint32 holder;
    uint32 seq;
    uint64 quantityG;
    uint40 expiresAt;
    uint8 reason;
    uint64 deadline;
}

/// Take part of the goods out.
struct PartialDeliveryOrder {
    uint256 receiptId;
    uint32 holder;
    uint64 quantityG;
    uint32 seq;
    uint64 deadline;
}

/// Open a court case: one document that orders receipts to be frozen, until a time.
struct CaseOrder {
    uint32 court;
    uint24 caseNo;
    uint8 reason;
    bytes32 documentDigest; // SHA-256 of the ruling
    uint40 expiresAt;
    uint64 deadline;
}

/// Freeze one receipt under a case. `number` counts the case's orders, so that a holder cannot outrun a court.
struct FreezeOrder {
    uint256 receiptId;
    uint32 court;
    uint24 caseNo;
    uint32 number;
    uint64 deadline;
}

/// End one receipt's freeze under a case.
struct UnfreezeOrder {
    uint256 receiptId;
    uint32 court;
    uint24 caseNo;
    uint32 number;
    uint64 deadline;
}

/// Let a case hold longer.
struct RenewOrder {
    uint32 court;
    uint24 caseNo;
    uint32 number;
    uint40 expiresAt;
    uint64 deadline;
}

/// Pledge a receipt.
struct PledgeOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 pledgee;
    uint32 seq;
    uint8 rank; // 1 is first
    uint64 amountMinor; // most that it secures
    bytes3 currency; // ISO 4217
    uint40 maturity;
    uint16 ltvBps;
    uint24 cureS; // from notice of default to the earliest sale
    uint64 lienCapMinor; // most that storage fees may take before it; zero if none outrank it
    bytes32 filingDigest; // SHA-256 of the filing with the registry of security interests
    uint64 deadline;
}

/// End a pledge on a receipt.
struct PledgeReleaseOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 pledgee;
    uint32 seq;
    uint64 deadline;
}

/// Give a pledge to another member, with the debt it secures.
struct PledgeAssignOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 pledgee;
    uint32 assignee;
    uint32 seq;
    uint64 deadline;
}

/// Give a pledged receipt to another member; the pledge stays on it.
struct PledgedTransferOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 transferee;
    uint32 pledgee;
    uint32 seq;
    uint64 deadline;
}

/// Tell the pledgor that the debt is due and unpaid: the time to cure begins.
struct DefaultOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 pledgee;
    uint32 seq;
    uint64 deadline;
}

/// Tell the pledgor that the goods are no longer worth enough: the time to top up or pay begins.
struct MarginOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 pledgee;
    uint64 valueMinor; // most that the pledgee says the goods are worth
    ReceiptRef[] others; // further receipts that the pledge covers, all of them
    uint32 seq;
    uint64 deadline;
}

/// Acknowledge that a default is cured.
struct CureOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 pledgee;
    uint32 seq;
    uint64 deadline;
}

/// What one pledge claims of a sale's proceeds, and gets.
struct Share {
    uint64 pledgeId;
    uint64 claimMinor;
    uint64 paidMinor;
}

/// Sell a pledged receipt after default. The parts sum to the proceeds.
struct ForeclosureOrder {
    uint256 receiptId;
    uint32 pledgee;
    uint32 pledgor;
    uint32 buyer;
    uint32 seq;
    bytes32 saleDigest; // SHA-256 of the sale's record: auction or valuation, price, payment
    uint40 soldAt; // until then storage fees are paid of the proceeds
    uint64 proceedsMinor;
    uint64 costsMinor;
    uint64 lienMinor;
    Share[] shares; // by rank, first to last
    uint64 surplusMinor; // to the pledgor
    uint64 deadline;
}
