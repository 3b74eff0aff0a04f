// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    Attestation,
    DeliveryOrder,
    IssueOrder,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    TransferOrder
} from "../interfaces/Types.sol";

/// @title EIP-712 hashStruct of orders and attestations.
/// @dev A struct without dynamic fields is encoded by the ABI exactly as EIP-712 wants it.
library OrderHash {
    bytes32 internal constant RECEIPT_TERMS = keccak256(
        "ReceiptTerms(uint256 receiptId,uint32 holder,uint64 quantityG,uint8 kind,uint40 expiresAt)"
    );
    bytes32 internal constant ISSUE_ORDER = keccak256(
        "IssueOrder(bytes24 lotId,uint32 operator,uint64 lotQuantityG,ReceiptTerms[] receipts,uint64 deadline)"
        "ReceiptTerms(uint256 receiptId,uint32 holder,uint64 quantityG,uint8 kind,uint40 expiresAt)"
    );
    bytes32 internal constant TRANSFER_ORDER = keccak256(
        "TransferOrder(uint256 receiptId,uint32 holder,uint32 transferee,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant DELIVERY_ORDER = keccak256(
        "DeliveryOrder(uint256 receiptId,uint32 holder,uint64 quantityG,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant SUSPEND_ORDER =
        keccak256("SuspendOrder(uint256 receiptId,uint8 reason,uint32 seq,uint64 deadline)");
    bytes32 internal constant REINSTATE_ORDER =
        keccak256("ReinstateOrder(uint256 receiptId,uint32 seq,uint64 deadline)");
    bytes32 internal constant ATTESTATION = keccak256(
        "Attestation(bytes32 orderHash,bytes32 evidenceDigest,bytes32 evidenceLocation,bytes32 policyDigest,"
        "uint64 observedAt,uint64 validUntil,uint64 epoch)"
    );

    function ofIssue(IssueOrder calldata order) internal pure returns (bytes32) {
        ReceiptTerms[] calldata receipts = order.receipts;
        bytes32[] memory terms = new bytes32[](receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            terms[i] = keccak256(abi.encode(RECEIPT_TERMS, receipts[i]));
        }
        return keccak256(
            abi.encode(
                ISSUE_ORDER,
                order.lotId,
                order.operator,
                order.lotQuantityG,
                keccak256(abi.encodePacked(terms)),
                order.deadline
            )
        );
    }

    function ofTransfer(TransferOrder calldata order) internal pure returns (bytes32) {
        return keccak256(abi.encode(TRANSFER_ORDER, order));
    }

    function ofDelivery(DeliveryOrder calldata order) internal pure returns (bytes32) {
        return keccak256(abi.encode(DELIVERY_ORDER, order));
    }

    function ofSuspend(SuspendOrder calldata order) internal pure returns (bytes32) {
        return keccak256(abi.encode(SUSPEND_ORDER, order));
    }

    function ofReinstate(ReinstateOrder calldata order) internal pure returns (bytes32) {
        return keccak256(abi.encode(REINSTATE_ORDER, order));
    }

    function ofAttestation(Attestation calldata attestation) internal pure returns (bytes32) {
        return keccak256(abi.encode(ATTESTATION, attestation));
    }
}
