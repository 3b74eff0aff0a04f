// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef} from "../interfaces/ActTypes.sol";
import {ShortageOrder} from "../interfaces/LossTypes.sol";
import {ActHash} from "./ActHash.sol";

/// @title EIP-712 hashes of orders about lost receipts and missing goods.
library LossHash {
    bytes32 internal constant LOSS_NOTICE_ORDER = keccak256(
        "LossNoticeOrder(uint256 receiptId,uint32 holder,uint8 reason,uint24 noticeS,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant LOSS_WITHDRAWAL_ORDER =
        keccak256("LossWithdrawalOrder(uint256 receiptId,uint32 holder,uint32 seq,uint64 deadline)");
    bytes32 internal constant REPLACEMENT_ORDER = keccak256(
        "ReplacementOrder(uint256 receiptId,uint256 successorId,uint32 holder,uint32 seq,uint64 quantityG,"
        "uint40 expiresAt,uint64 deadline)"
    );
    bytes32 internal constant SHORTAGE_ORDER = keccak256(
        "ShortageOrder(bytes24 lotId,uint32 operator,uint64 shortG,ReceiptRef[] receipts,uint64 deadline)"
        "ReceiptRef(uint256 receiptId,uint32 seq)"
    );

    function ofShortage(ShortageOrder calldata order) internal pure returns (bytes32) {
        ReceiptRef[] calldata receipts = order.receipts;
        bytes32[] memory hashes = new bytes32[](receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            hashes[i] = keccak256(abi.encode(ActHash.RECEIPT_REF, receipts[i]));
        }
        return keccak256(
            abi.encode(
                SHORTAGE_ORDER,
                order.lotId,
                order.operator,
                order.shortG,
                keccak256(abi.encodePacked(hashes)),
                order.deadline
            )
        );
    }
}
