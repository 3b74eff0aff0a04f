// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

// Where a lot comes from: digests that may be used once. docs/adr/0025 says how each is computed.

// Kind of a digest.
uint8 constant ORIGIN_BILL_OF_LADING = 1;
uint8 constant ORIGIN_PAPER_RECEIPT = 2;
uint8 constant ORIGIN_GOODS = 3;

// State of a paper receipt.
uint8 constant PAPER_NONE = 0;
uint8 constant PAPER_OPERATIVE = 1;
uint8 constant PAPER_CONVERTED = 2;

/// Use a bill of lading, or the fingerprint of goods, for a lot.
struct OriginOrder {
    uint8 kind;
    bytes32 originDigest;
    bytes24 lotId;
    uint32 operator;
    uint32 holder; // whoever surrenders the bill, or brings the goods
    uint64 deadline;
}

/// Put a paper receipt in the place of an electronic one.
struct PaperOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 operator;
    uint32 seq;
    bytes32 paperDigest;
    uint64 deadline;
}

/// Surrender a paper receipt, so that an electronic one can be issued on a lot.
struct ElectronicOrder {
    bytes32 paperDigest;
    bytes24 lotId;
    uint32 holder; // whoever surrenders the paper
    uint32 operator;
    uint64 quantityG; // what the paper still stands for
    uint64 deadline;
}

/// A paper receipt that took the place of an electronic one, or was surrendered.
struct Paper {
    uint256 receiptId; // the electronic receipt it took the place of; zero if it came from elsewhere
    bytes24 lotId; // of that receipt; once surrendered, the lot it was surrendered for
    uint64 quantityG;
    uint32 operator;
    uint32 holder; // to whom it was given out; once surrendered, by whom
    uint8 kind;
    uint40 expiresAt;
    uint8 state;
}
