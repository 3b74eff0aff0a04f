// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title EIP-712 type hashes of orders about a lot's origin and a receipt's medium. All are static.
library OriginHash {
    bytes32 internal constant ORIGIN_ORDER = keccak256(
        "OriginOrder(uint8 kind,bytes32 originDigest,bytes24 lotId,uint32 operator,uint32 holder,uint64 deadline)"
    );
    bytes32 internal constant PAPER_ORDER = keccak256(
        "PaperOrder(uint256 receiptId,uint32 holder,uint32 operator,uint32 seq,bytes32 paperDigest,"
        "uint64 deadline)"
    );
    bytes32 internal constant ELECTRONIC_ORDER = keccak256(
        "ElectronicOrder(bytes32 paperDigest,bytes24 lotId,uint32 holder,uint32 operator,uint64 quantityG,"
        "uint64 deadline)"
    );
}
