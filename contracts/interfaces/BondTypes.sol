// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

// Pledge bonds: a receipt's second title, to the debt that the goods secure. A bond is a pledge whose LTV is zero:
// the only one on its receipt, given on with the debt by its holder alone. Amounts are whole minor units.

/// Issue a bond over a receipt that is not pledged.
struct PledgeBondOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 pledgee; // first holder of the bond
    uint32 seq;
    uint64 amountMinor; // most that it secures
    bytes3 currency; // ISO 4217
    uint40 maturity; // due date
    uint64 lienCapMinor; // most of storage fees that comes before it
    bytes32 filingDigest; // SHA-256 of the filing with the registry of security interests
    uint64 deadline;
}

/// Pay or deposit what a bond secures, so that the receipt is free.
struct BondRedeemOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 holder;
    uint32 seq;
    uint64 paidMinor; // all that the bond secures
    bytes32 paymentDigest; // SHA-256 of the bank's or notary's record
    uint64 deadline;
}

/// Take all the goods out, holder and bond's holder together; the bond ends.
struct BondJointDeliveryOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 holder;
    uint32 pledgee;
    uint64 quantityG;
    uint32 seq;
    uint64 deadline;
}

/// Take all the goods out after the due date, at what they are worth or were sold for. The parts sum to it.
struct BondDeliveryOrder {
    uint256 receiptId;
    uint64 pledgeId;
    uint32 pledgee;
    uint32 pledgor;
    uint64 quantityG;
    uint32 seq;
    bytes32 saleDigest; // SHA-256 of the record: valuation or sale, and the payment of the surplus
    uint40 soldAt;
    uint64 proceedsMinor;
    uint64 costsMinor;
    uint64 lienMinor;
    uint64 claimMinor;
    uint64 paidMinor;
    uint64 surplusMinor; // to the receipt's holder
    uint64 deadline;
}
