// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

// Storage fees and the warehouse operator's lien for them. Amounts are whole minor units of the currency, times
// unix seconds. The fee is for a tonne (1,000,000 g) and a day, so it follows the goods when a receipt is split,
// merged or delivered in part. `number` counts a receipt's lien orders, so that no holder outruns one.

// Rank of a lien. Also what the receipt contract keeps as `lienTerms`.
uint8 constant LIEN_BEFORE_PLEDGES = 1; // the law's own rank
uint8 constant LIEN_BEHIND_PLEDGES = 2; // the operator has waived it

// What an operator gives up.
uint8 constant DISCHARGE_ASSERTION = 1; // the goods may move; what is due stays due
uint8 constant DISCHARGE_TERMS = 2; // the lien and its terms end

/// Agree what storage costs, and how far the lien for it goes.
struct LienTermsOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 operator;
    uint32 seq;
    uint48 feeMinor; // for a tonne and a day
    bytes3 currency; // ISO 4217
    uint40 fromS; // since when it accrues
    uint64 capMinor; // most that the lien secures at any time
    uint8 rank; // LIEN_ constants
    bytes32 contractDigest; // SHA-256 of the storage contract
    uint64 deadline;
}

/// Assert the lien for what has accrued: the goods stay until it is paid.
struct LienAssertOrder {
    uint256 receiptId;
    uint32 operator;
    uint64 amountMinor; // all that is asserted from now on
    uint32 number;
    uint64 deadline;
}

/// Acknowledge a payment of storage fees.
struct LienPaymentOrder {
    uint256 receiptId;
    uint32 operator;
    uint64 amountMinor;
    uint32 number;
    uint64 deadline;
}

/// Give up a lien that is asserted, or the terms as a whole.
struct LienDischargeOrder {
    uint256 receiptId;
    uint32 operator;
    uint8 scope; // DISCHARGE_ constants
    uint32 number;
    uint64 deadline;
}

/// Show that storage fees were paid or deposited, where the operator does not acknowledge it. It has no number,
/// since the operator could count that up faster than a quorum attests.
struct LienTenderOrder {
    uint256 receiptId;
    uint32 holder;
    uint64 paidMinor; // in all, with what was counted before
    bytes32 paymentDigest; // SHA-256 of the bank's or notary's record; counts once
    uint64 deadline;
}

/// Storage terms of a receipt and how they stand, in two storage slots. Rank 0: there are none.
struct LienRecord {
    uint48 feeMinor; // for a tonne and a day
    bytes3 currency;
    uint40 sinceS; // up to then `gramSeconds` is counted
    uint64 capMinor;
    uint64 quantityG; // that accrues since then
    uint8 rank;
    uint96 gramSeconds; // counted exactly, so that no split or payment rounds
    uint32 number; // of the next lien order
    uint64 paidMinor;
    uint64 assertedMinor; // never more than is due
}
