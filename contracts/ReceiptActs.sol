// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    MergeOrder,
    PartialDeliveryOrder,
    ReceiptRef,
    SplitOrder,
    Successor,
    SupersedeOrder
} from "./interfaces/ActTypes.sol";
import {IReceiptActs} from "./interfaces/IReceiptActs.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Attestation, Committee, STATUS_DELIVERED} from "./interfaces/Types.sol";
import {Followers} from "./Followers.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Split, merge, correct, extend, deliver in part.
contract ReceiptActs is Followers, IReceiptActs {
    using Slots for uint256;

    uint8 private constant CORRECTION = 1;
    uint8 private constant EXTENSION = 2;

    mapping(uint256 receiptId => uint256 id) private _successor;
    mapping(uint256 receiptId => uint256 id) private _predecessor;

    /// @param receipts_ The receipt contract.
    /// @param pledge The module that keeps the pledges, which must follow receipts into their successors.
    /// @param lien The module that keeps storage terms, which must follow, too.
    constructor(address receipts_, address pledge, address lien) Module(receipts_) Followers(pledge, lien) {}

    /// @inheritdoc IReceiptActs
    function split(
        SplitOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        bytes calldata consent
    ) external {
        _refuseLate(order.deadline);
        Successor[] calldata parts = order.parts;
        bytes32 orderHash = ActHash.ofSplit(order);
        (uint256 word, uint64 restG) =
            RECEIPTS.splitReceipt(order.receiptId, order.seq, parts, orderHash, consent);
        if (restG == 0 && parts.length < 2) revert TooFewReceipts(parts.length);
        uint40 expiresAt = word.expiresAtOf();
        for (uint256 i = 0; i < parts.length; ++i) {
            if (parts[i].expiresAt != expiresAt) {
                revert ExpiryDiffers(parts[i].receiptId, parts[i].expiresAt, expiresAt);
            }
        }
        _requireKeeper(order.receiptId, word, order.operator);
        _requireHolder(order.receiptId, word, order.holder);
        _requireBoth(order.holder, order.operator, orderHash, holderSignature, operatorSignature);
        if (_isFollowed(word)) _follow(word, _one(order.receiptId, order.seq), _parted(order, restG));
    }

    /// @inheritdoc IReceiptActs
    function merge(
        MergeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        bytes calldata consent
    ) external {
        _refuseLate(order.deadline);
        ReceiptRef[] calldata olds = order.receipts;
        if (olds.length < 2) revert TooFewReceipts(olds.length);
        bytes32 orderHash = ActHash.ofMerge(order);
        Successor[] memory merged = _whole(order.mergedId, order.quantityG, order.expiresAt);
        (uint256 word, uint40 expiresAt) = RECEIPTS.replaceReceipts(olds, merged, orderHash, consent);
        if (order.expiresAt != expiresAt) revert ExpiryDiffers(order.mergedId, order.expiresAt, expiresAt);
        _requireKeeper(olds[0].receiptId, word, order.operator);
        _requireHolder(olds[0].receiptId, word, order.holder);
        _requireBoth(order.holder, order.operator, orderHash, holderSignature, operatorSignature);
        _follow(word, olds, merged);
    }

    /// @inheritdoc IReceiptActs
    function supersede(
        SupersedeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata consent,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        bytes32 orderHash = ActHash.ofWords(ActHash.SUPERSEDE_ORDER, _start(order), 8);
        (uint256 word, uint40 ended) = _supersede(order, orderHash, consent);
        uint32 by = _orderedBy(order, word, ended);
        if (by == order.holder) _requireSigned(by, orderHash, holderSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, by, by);
    }

    /// @inheritdoc IReceiptActs
    function deliverPart(
        PartialDeliveryOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata consent,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(ActHash.PARTIAL_DELIVERY_ORDER, start, 5);
        uint256 receiptId = order.receiptId;
        uint256 word = RECEIPTS.reduceReceipt(receiptId, order.seq, order.quantityG, orderHash, consent);
        _refuseWhole(receiptId, order.quantityG);
        _resize(word, receiptId);
        if (word.pledgesOf() > 1) revert JuniorPledges(receiptId, word.pledgesOf());
        _requireHolder(receiptId, word, order.holder);
        _requireSigned(order.holder, orderHash, holderSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, word.firstPledgeeOf(), word.firstPledgeeOf());
    }

    /// @inheritdoc IReceiptActs
    function successorOf(uint256 receiptId) external view returns (uint256) {
        return _successor[receiptId];
    }

    /// @inheritdoc IReceiptActs
    function predecessorOf(uint256 receiptId) external view returns (uint256) {
        return _predecessor[receiptId];
    }

    function _supersede(SupersedeOrder calldata order, bytes32 orderHash, bytes calldata consent)
        private
        returns (uint256 word, uint40 expiresAt)
    {
        (uint256 receiptId, uint256 successorId, uint8 reason) = (order.receiptId, order.successorId, order.reason);
        ReceiptRef[] memory olds = _one(receiptId, order.seq);
        Successor[] memory news = _whole(successorId, order.quantityG, order.expiresAt);
        (word, expiresAt) = RECEIPTS.replaceReceipts(olds, news, orderHash, consent);
        if (reason == CORRECTION) {
            if (order.expiresAt != expiresAt) revert ExpiryDiffers(successorId, order.expiresAt, expiresAt);
        } else if (reason == EXTENSION) {
            if (order.expiresAt <= expiresAt) revert NotExtended(successorId, order.expiresAt, expiresAt);
        } else {
            revert UnknownReason(reason);
        }
        _successor[receiptId] = successorId;
        _predecessor[successorId] = receiptId;
        emit ReceiptSuperseded(receiptId, successorId, reason);
        _follow(word, olds, news);
    }

    /// @dev The holder; or, where the order names none, the first pledgee of a receipt that has expired: its
    /// consent, which is required, then stands for the holder's signature.
    function _orderedBy(SupersedeOrder calldata order, uint256 word, uint40 ended) private view returns (uint32) {
        if (order.holder == 0 && word.pledgesOf() != 0 && block.timestamp > ended) return word.firstPledgeeOf();
        _requireHolder(order.receiptId, word, order.holder);
        return order.holder;
    }

    /// @dev What came of a split: the parts, and what lives on as the rest.
    function _parted(SplitOrder calldata order, uint64 restG) private pure returns (Successor[] memory news) {
        Successor[] calldata parts = order.parts;
        uint256 count = parts.length;
        news = new Successor[](restG == 0 ? count : count + 1);
        for (uint256 i = 0; i < count; ++i) news[i] = parts[i];
        if (restG != 0) news[count] = Successor(order.receiptId, restG, parts[0].expiresAt);
    }

    /// @dev The last goods leave by a delivery order, once no pledge is on them.
    function _refuseWhole(uint256 receiptId, uint64 quantityG) private view {
        if (IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId).status == STATUS_DELIVERED) {
            revert QuantityNotPart(receiptId, quantityG, quantityG);
        }
    }

    function _requireKeeper(uint256 receiptId, uint256 word, uint32 operator) private pure {
        if (word.operatorOf() != operator) revert OperatorDiffers(receiptId, operator, word.operatorOf());
    }

    function _one(uint256 receiptId, uint32 seq) private pure returns (ReceiptRef[] memory olds) {
        olds = new ReceiptRef[](1);
        olds[0] = ReceiptRef(receiptId, seq);
    }

    function _whole(uint256 receiptId, uint64 quantityG, uint40 expiresAt)
        private
        pure
        returns (Successor[] memory news)
    {
        news = new Successor[](1);
        news[0] = Successor(receiptId, quantityG, expiresAt);
    }

    function _start(SupersedeOrder calldata order) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := order
        }
    }
}
