// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    ForeclosureOrder,
    MarginOrder,
    MergeOrder,
    ReceiptRef,
    Share,
    SplitOrder,
    Successor
} from "../interfaces/ActTypes.sol";

/// @title EIP-712 hashStruct of the orders that modules take.
/// @dev A struct without dynamic fields lies in the call exactly as EIP-712 wants it hashed.
library ActHash {
    bytes32 private constant SUCCESSOR =
        keccak256("Successor(uint256 receiptId,uint64 quantityG,uint40 expiresAt)");
    bytes32 internal constant RECEIPT_REF =
        keccak256("ReceiptRef(uint256 receiptId,uint32 seq)");
    bytes32 private constant SHARE =
        keccak256("Share(uint64 pledgeId,uint64 claimMinor,uint64 paidMinor)");

    bytes32 internal constant SPLIT_ORDER = keccak256(
        "SplitOrder(uint256 receiptId,uint32 holder,uint32 operator,uint32 seq,Successor[] parts,"
        "uint64 deadline)"
        "Successor(uint256 receiptId,uint64 quantityG,uint40 expiresAt)"
    );
    bytes32 internal constant MERGE_ORDER = keccak256(
        "MergeOrder(ReceiptRef[] receipts,uint256 mergedId,uint32 holder,uint32 operator,uint64 quantityG,"
        "uint40 expiresAt,uint64 deadline)"
        "ReceiptRef(uint256 receiptId,uint32 seq)"
    );
    bytes32 internal constant FORECLOSURE_ORDER = keccak256(
        "ForeclosureOrder(uint256 receiptId,uint32 pledgee,uint32 pledgor,uint32 buyer,uint32 seq,"
        "bytes32 saleDigest,uint40 soldAt,uint64 proceedsMinor,uint64 costsMinor,uint64 lienMinor,Share[] shares,"
        "uint64 surplusMinor,uint64 deadline)"
        "Share(uint64 pledgeId,uint64 claimMinor,uint64 paidMinor)"
    );
    bytes32 internal constant SUPERSEDE_ORDER = keccak256(
        "SupersedeOrder(uint256 receiptId,uint256 successorId,uint32 holder,uint32 seq,uint64 quantityG,"
        "uint40 expiresAt,uint8 reason,uint64 deadline)"
    );
    bytes32 internal constant PARTIAL_DELIVERY_ORDER = keccak256(
        "PartialDeliveryOrder(uint256 receiptId,uint32 holder,uint64 quantityG,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant CASE_ORDER = keccak256(
        "CaseOrder(uint32 court,uint24 caseNo,uint8 reason,bytes32 documentDigest,uint40 expiresAt,"
        "uint64 deadline)"
    );
    bytes32 internal constant FREEZE_ORDER = keccak256(
        "FreezeOrder(uint256 receiptId,uint32 court,uint24 caseNo,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant UNFREEZE_ORDER = keccak256(
        "UnfreezeOrder(uint256 receiptId,uint32 court,uint24 caseNo,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant RENEW_ORDER =
        keccak256("RenewOrder(uint32 court,uint24 caseNo,uint32 number,uint40 expiresAt,uint64 deadline)");
    bytes32 internal constant PLEDGE_ORDER = keccak256(
        "PledgeOrder(uint256 receiptId,uint32 holder,uint32 pledgee,uint32 seq,uint8 rank,uint64 amountMinor,"
        "bytes3 currency,uint40 maturity,uint16 ltvBps,uint24 cureS,uint64 lienCapMinor,"
        "bytes32 filingDigest,uint64 deadline)"
    );
    bytes32 internal constant PLEDGE_RELEASE_ORDER = keccak256(
        "PledgeReleaseOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant PLEDGE_ASSIGN_ORDER = keccak256(
        "PledgeAssignOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 assignee,uint32 seq,"
        "uint64 deadline)"
    );
    bytes32 internal constant PLEDGED_TRANSFER_ORDER = keccak256(
        "PledgedTransferOrder(uint256 receiptId,uint32 holder,uint32 transferee,uint32 pledgee,uint32 seq,"
        "uint64 deadline)"
    );
    bytes32 internal constant DEFAULT_ORDER = keccak256(
        "DefaultOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant MARGIN_ORDER = keccak256(
        "MarginOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint64 valueMinor,ReceiptRef[] others,"
        "uint32 seq,uint64 deadline)"
        "ReceiptRef(uint256 receiptId,uint32 seq)"
    );
    bytes32 internal constant CURE_ORDER = keccak256(
        "CureOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 seq,uint64 deadline)"
    );

    function ofSplit(SplitOrder calldata order) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                SPLIT_ORDER,
                order.receiptId,
                order.holder,
                order.operator,
                order.seq,
                _ofSuccessors(order.parts),
                order.deadline
            )
        );
    }

    function ofMerge(MergeOrder calldata order) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                MERGE_ORDER,
                _ofRefs(order.receipts),
                order.mergedId,
                order.holder,
                order.operator,
                order.quantityG,
                order.expiresAt,
                order.deadline
            )
        );
    }

    function ofForeclosure(ForeclosureOrder calldata order) internal pure returns (bytes32) {
        Share[] calldata shares = order.shares;
        bytes32[] memory hashes = new bytes32[](shares.length);
        for (uint256 i = 0; i < shares.length; ++i) hashes[i] = keccak256(abi.encode(SHARE, shares[i]));
        bytes memory head = abi.encode(
            FORECLOSURE_ORDER,
            order.receiptId,
            order.pledgee,
            order.pledgor,
            order.buyer,
            order.seq,
            order.saleDigest,
            order.soldAt
        );
        return keccak256(
            bytes.concat(
                head,
                abi.encode(
                    order.proceedsMinor,
                    order.costsMinor,
                    order.lienMinor,
                    keccak256(abi.encodePacked(hashes)),
                    order.surplusMinor,
                    order.deadline
                )
            )
        );
    }

    function ofMargin(MarginOrder calldata order) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                MARGIN_ORDER,
                order.receiptId,
                order.pledgeId,
                order.pledgee,
                order.valueMinor,
                _ofRefs(order.others),
                order.seq,
                order.deadline
            )
        );
    }

    function _ofRefs(ReceiptRef[] calldata receipts) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) hashes[i] = keccak256(abi.encode(RECEIPT_REF, receipts[i]));
        return keccak256(abi.encodePacked(hashes));
    }

    function _ofSuccessors(Successor[] calldata parts) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](parts.length);
        for (uint256 i = 0; i < parts.length; ++i) hashes[i] = keccak256(abi.encode(SUCCESSOR, parts[i]));
        return keccak256(abi.encodePacked(hashes));
    }

    /// @notice Hash of a static struct of the call: type hash, then `words` words from `start`.
    function ofWords(bytes32 kind, uint256 start, uint256 words) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, words)
            mstore(free, kind)
            calldatacopy(add(free, 32), start, size)
            hash := keccak256(free, add(size, 32))
        }
    }
}
