// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

// Values shared by contracts, tests and Python. Quantities are whole grams, times unix seconds, and a
// party is a member id, never an address: rotating a member's key moves no title.

// Roles of a member, a bitmask.
uint16 constant ROLE_WAREHOUSE_OPERATOR = 1;
uint16 constant ROLE_TRADER = 2;
uint16 constant ROLE_BANK = 4;
uint16 constant ROLE_INSPECTOR = 8;
uint16 constant ROLE_COURT = 16;
uint16 constant ROLE_REGULATOR = 32;
uint16 constant ROLE_INSURER = 64;
uint16 constant ROLE_IOT_PROVIDER = 128;

// Status of a receipt. NONE is the only one a receipt can be issued from, and nothing leads back to it.
uint8 constant STATUS_NONE = 0;
uint8 constant STATUS_LIVE = 1;
uint8 constant STATUS_SUSPENDED = 2;
uint8 constant STATUS_DELIVERED = 3;
uint8 constant STATUS_REPLACED = 4; // split, merged or superseded; burned like a delivered one

// Reason of a suspension that only the holder's notice of loss gives, and that no reinstatement ends.
uint8 constant SUSPENDED_BY_NOTICE = 7;

// Kind of a receipt.
uint8 constant KIND_NEGOTIABLE = 1;
uint8 constant KIND_NON_NEGOTIABLE = 2;

/// A member of the consortium. The first five fields share one storage slot.
struct Member {
    address account; // key or contract wallet that acts for the member now
    uint16 roles;
    bool active;
    uint32 receipts; // receipts held, for ERC-721 balanceOf
    uint40 seatEpoch; // last epoch in which the member had an attester in the committee
    bytes32 identityDigest; // salted digest of the legal identity, opened to those entitled
    bytes32 encryptionKeyDigest; // SHA-256 of the public key evidence is sealed to
}

/// Who may attest, and by which policy. Passed in by the caller and compared with one stored digest.
struct Committee {
    uint64 epoch;
    uint64 maxAgeS; // longest validUntil - observedAt that is accepted, seconds
    uint8 threshold;
    bytes32 policyDigest;
    bytes32[] attesters; // account (20 bytes) | member uint32 | roles uint16 | six zero bytes, ascending
}

/// A receipt. The first group of fields shares one storage slot, the last two another.
struct Receipt {
    uint32 holder;
    uint32 operator;
    uint32 firstPledgee;
    uint8 status;
    uint8 kind;
    uint40 expiresAt;
    uint32 seq; // number of the next order
    uint8 pledges;
    uint8 liens; // asserted storage liens: nothing moves before they are settled
    uint8 lienTerms; // rank of agreed storage fees: 1 before the pledges, 2 behind; stops nothing
    uint8 freezes; // court cases that hold or wait for the receipt
    uint8 suspendReason; // of a suspended receipt
    uint24 freezeCase; // the one in force; Court.sol has the document
    uint64 quantityG;
    bytes24 lotId;
}

/// Goods in a warehouse that receipts are issued on. One storage slot.
struct Lot {
    uint64 attestedG; // what independent parties have found there, less what was delivered
    uint64 liveG; // what live and suspended receipts stand for; never above attestedG
    uint32 operator;
}

/// One receipt to be issued.
struct ReceiptTerms {
    uint256 receiptId; // SHA-256 of the canonical receipt document
    uint32 holder;
    uint64 quantityG;
    uint8 kind;
    uint40 expiresAt;
}

/// Issue one receipt or a batch on one lot.
struct IssueOrder {
    bytes24 lotId; // first 24 bytes of SHA-256 of the canonical lot identity
    uint32 operator;
    uint64 lotQuantityG;
    ReceiptTerms[] receipts;
    uint64 deadline;
}

/// Give a receipt to another member.
struct TransferOrder {
    uint256 receiptId;
    uint32 holder;
    uint32 transferee;
    uint32 seq;
    uint64 deadline;
}

/// Take the goods out; the receipt is burned.
struct DeliveryOrder {
    uint256 receiptId;
    uint32 holder;
    uint64 quantityG;
    uint32 seq;
    uint64 deadline;
}

/// Stop a receipt because goods and claim disagree.
struct SuspendOrder {
    uint256 receiptId;
    uint8 reason;
    uint32 seq;
    uint64 deadline;
}

/// Let a suspended receipt move again because goods and claim agree.
struct ReinstateOrder {
    uint256 receiptId;
    uint32 seq;
    uint64 deadline;
}

/// What an attester signs: this order, this evidence, this policy.
struct Attestation {
    bytes32 orderHash; // EIP-712 hashStruct of the order
    bytes32 evidenceDigest; // SHA-256 of the manifest
    bytes32 evidenceLocation; // SHA-256 of the sealed manifest: the digest inside its CIDv1
    bytes32 policyDigest;
    uint64 observedAt; // oldest observation
    uint64 validUntil;
    uint64 epoch;
}
