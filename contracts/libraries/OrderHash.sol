// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    Attestation,
    Committee,
    DeliveryOrder,
    IssueOrder,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    TransferOrder
} from "../interfaces/Types.sol";

/// @title EIP-712 hashStruct of orders and attestations.
/// @dev A struct without dynamic fields lies in the call exactly as EIP-712 wants it hashed.
library OrderHash {
    uint256 private constant TERMS_BYTES = 5 * 32;

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
        uint256 start;
        assembly ("memory-safe") {
            start := receipts.offset
        }
        bytes32[] memory terms = new bytes32[](receipts.length);
        unchecked {
            for (uint256 i = 0; i < receipts.length; ++i) {
                terms[i] = _ofWords(RECEIPT_TERMS, start + i * TERMS_BYTES, TERMS_BYTES);
            }
        }
        bytes32 listHash;
        assembly ("memory-safe") {
            listHash := keccak256(add(terms, 32), mul(mload(terms), 32))
        }
        return keccak256(
            abi.encode(ISSUE_ORDER, order.lotId, order.operator, order.lotQuantityG, listHash, order.deadline)
        );
    }

    function ofTransfer(TransferOrder calldata order) internal pure returns (bytes32) {
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        return _ofWords(TRANSFER_ORDER, start, 5 * 32);
    }

    function ofDelivery(DeliveryOrder calldata order) internal pure returns (bytes32) {
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        return _ofWords(DELIVERY_ORDER, start, 5 * 32);
    }

    function ofSuspend(SuspendOrder calldata order) internal pure returns (bytes32) {
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        return _ofWords(SUSPEND_ORDER, start, 4 * 32);
    }

    function ofReinstate(ReinstateOrder calldata order) internal pure returns (bytes32) {
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        return _ofWords(REINSTATE_ORDER, start, 3 * 32);
    }

    function ofAttestation(Attestation calldata attestation) internal pure returns (bytes32) {
        uint256 start;
        assembly ("memory-safe") {
            start := attestation
        }
        return _ofWords(ATTESTATION, start, 7 * 32);
    }

    /// @notice keccak256(abi.encode(committee)), as the consortium stores it.
    /// @param attesters How many there are.
    /// @dev Taken from the call as it stands. An encoding with gaps has another offset in its fifth word, so
    /// another digest; whatever has the right digest is what Solidity reads.
    function ofCommittee(Committee calldata committee, uint256 attesters) internal pure returns (bytes32) {
        uint256 start;
        assembly ("memory-safe") {
            start := committee
        }
        unchecked {
            return _ofWords(bytes32(uint256(32)), start, (6 + attesters) * 32);
        }
    }

    /// @dev keccak256 of a word and a stretch of the call. Values are hashed as they came, unused bits and all:
    /// a signer never signed a value that does not fit, and reading the field refuses it.
    function _ofWords(bytes32 first, uint256 start, uint256 size) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, first)
            calldatacopy(add(free, 32), start, size)
            hash := keccak256(free, add(size, 32))
        }
    }
}
