// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title EIP-712 types of the orders about storage fees; all without dynamic fields (ActHash.ofWords).
library LienHash {
    bytes32 internal constant LIEN_TERMS_ORDER = keccak256(
        "LienTermsOrder(uint256 receiptId,uint32 holder,uint32 operator,uint32 seq,uint48 feeMinor,"
        "bytes3 currency,uint40 fromS,uint64 capMinor,uint8 rank,bytes32 contractDigest,uint64 deadline)"
    );
    bytes32 internal constant LIEN_ASSERT_ORDER = keccak256(
        "LienAssertOrder(uint256 receiptId,uint32 operator,uint64 amountMinor,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant LIEN_PAYMENT_ORDER = keccak256(
        "LienPaymentOrder(uint256 receiptId,uint32 operator,uint64 amountMinor,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant LIEN_DISCHARGE_ORDER = keccak256(
        "LienDischargeOrder(uint256 receiptId,uint32 operator,uint8 scope,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant LIEN_TENDER_ORDER = keccak256(
        "LienTenderOrder(uint256 receiptId,uint32 holder,uint64 paidMinor,bytes32 paymentDigest,uint64 deadline)"
    );
}
