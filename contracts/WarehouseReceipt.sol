// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {
    Attestation,
    Committee,
    DeliveryOrder,
    IssueOrder,
    KIND_NEGOTIABLE,
    KIND_NON_NEGOTIABLE,
    Lot,
    Receipt,
    ReceiptTerms,
    STATUS_DELIVERED,
    STATUS_LIVE,
    STATUS_NONE,
    TransferOrder
} from "./interfaces/Types.sol";
import {AttestedOrders} from "./AttestedOrders.sol";
import {ReceiptEncumbrances} from "./ReceiptEncumbrances.sol";
import {ReceiptPrimitives} from "./ReceiptPrimitives.sol";
import {ReceiptToken} from "./ReceiptToken.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Slots} from "./libraries/Slots.sol";
import {TwoPieces} from "./TwoPieces.sol";

/// @title Warehouse receipts, held by members, moved by orders, backed by attested goods.
contract WarehouseReceipt is ReceiptToken, ReceiptEncumbrances, AttestedOrders, TwoPieces {
    using Slots for uint256;
    using Slots for Lot;
    using Slots for Receipt;

    /// @param consortium_ Consortium that already expects this contract at this address.
    constructor(address consortium_)
        ReceiptToken(consortium_)
        TwoPieces(address(new ReceiptPrimitives(consortium_)))
    {}

    // --- orders ---

    /// @inheritdoc IWarehouseReceipt
    function issue(
        IssueOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        _raiseLot(order);
        bytes32 current = _mint(order);
        bytes32 orderHash = OrderHash.ofIssue(order);
        (uint256 signers, uint256 filter) = _attest(
            orderHash, attestation, committee, signatures, committee.threshold, order.operator, current
        );
        ReceiptTerms[] calldata receipts = order.receipts;
        for (uint256 i = 0; i < receipts.length; ++i) {
            Quorum.refuseParty(committee.attesters, signers, filter, receipts[i].holder);
        }
    }

    /// @inheritdoc IWarehouseReceipt
    function transfer(
        TransferOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata transfereeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        uint32 holder = order.holder;
        uint32 transferee = order.transferee;
        uint256 receiptId = order.receiptId;
        uint32 seq = order.seq;
        _refuseLate(order.deadline);
        if (holder == transferee) revert TransfereeIsHolder(holder);
        uint256 word = _movable(receiptId, seq, holder);
        _receipts[receiptId].save(word.withHolder(transferee).withNextSeq());
        (address from, address to, bytes32 current) = CONSORTIUM.movedFromTo(holder, transferee);
        emit Transfer(from, to, receiptId);
        emit ReceiptTransferred(receiptId, holder, transferee, seq);

        bytes32 orderHash = OrderHash.ofTransfer(order);
        bytes32 digest = _hashTypedDataV4(orderHash);
        Signatures.requireParty(holder, from, digest, holderSignature);
        Signatures.requireParty(transferee, to, digest, transfereeSignature);
        (uint256 signers, uint256 filter) = _attest(
            orderHash, attestation, committee, signatures, committee.threshold, word.operatorOf(), current
        );
        Quorum.refuseParty(committee.attesters, signers, filter, holder);
        Quorum.refuseParty(committee.attesters, signers, filter, transferee);
    }

    /// @inheritdoc IWarehouseReceipt
    function deliver(
        DeliveryOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        uint32 holder = order.holder;
        _refuseLate(order.deadline);
        uint256 receiptId = order.receiptId;
        uint32 seq = order.seq;
        uint256 word = _movable(receiptId, seq, holder);
        uint64 quantityG = order.quantityG;
        _burn(receiptId, word, quantityG);
        emit ReceiptDelivered(receiptId, holder, quantityG, seq);
        (address account, bytes32 current) = CONSORTIUM.countOffFor(holder);
        emit Transfer(account, address(0), receiptId);

        bytes32 orderHash = OrderHash.ofDelivery(order);
        Signatures.requireParty(holder, account, _hashTypedDataV4(orderHash), holderSignature);
        (uint256 signers, uint256 filter) = _attest(
            orderHash, attestation, committee, signatures, committee.threshold, word.operatorOf(), current
        );
        Quorum.refuseParty(committee.attesters, signers, filter, holder);
    }

    /// @inheritdoc IWarehouseReceipt
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    // --- inner steps ---

    /// @dev I1: what receipts stand for never exceeds what was attested.
    function _raiseLot(IssueOrder calldata order) private {
        bytes24 lotId = order.lotId;
        uint64 lotQuantityG = order.lotQuantityG;
        (uint64 attestedG, uint64 lotLiveG, uint32 operator) = _lots[lotId].load();
        if (operator == 0) {
            operator = order.operator;
            attestedG = lotQuantityG;
            emit LotAttested(lotId, operator, attestedG);
        } else if (operator != order.operator) {
            revert LotOfOtherOperator(lotId, order.operator, operator);
        } else if (attestedG != lotQuantityG) {
            revert LotQuantityDiffers(lotId, lotQuantityG, attestedG);
        }
        uint256 liveG = lotLiveG;
        ReceiptTerms[] calldata receipts = order.receipts;
        for (uint256 i = 0; i < receipts.length; ++i) {
            liveG += receipts[i].quantityG;
        }
        if (liveG > attestedG) revert LotExceeded(lotId, liveG, attestedG);
        _lots[lotId].save(attestedG, uint64(liveG), operator);
    }

    /// @dev Neighbours of one holder are counted in one call. Answers the present committee's digest.
    function _mint(IssueOrder calldata order) private returns (bytes32 current) {
        ReceiptTerms[] calldata receipts = order.receipts;
        bytes24 lotId = order.lotId;
        uint32 operator = order.operator;
        if (receipts.length == 0) revert NoReceipts();
        uint256 next = 0;
        while (next < receipts.length) {
            uint256 first = next;
            uint32 holder = receipts[first].holder;
            if (holder == operator) revert OperatorIsHolder(receipts[first].receiptId, holder);
            while (++next < receipts.length && receipts[next].holder == holder) {}
            address account;
            (account, current) = CONSORTIUM.countIssuedFor(holder, uint32(next - first));
            for (; first < next; ++first) _mintOne(receipts[first], lotId, holder, operator, account);
        }
    }

    function _mintOne(
        ReceiptTerms calldata terms,
        bytes24 lotId,
        uint32 holder,
        uint32 operator,
        address account
    ) private {
        uint256 receiptId = terms.receiptId;
        uint64 quantityG = terms.quantityG;
        uint8 kind = terms.kind;
        uint40 expiresAt = terms.expiresAt;
        Receipt storage stored = _receipts[receiptId];
        if (stored.load().statusOf() != STATUS_NONE) revert ReceiptExists(receiptId);
        if (quantityG == 0) revert QuantityZero(receiptId);
        if (kind != KIND_NEGOTIABLE && kind != KIND_NON_NEGOTIABLE) revert UnknownKind(receiptId, kind);
        if (block.timestamp > expiresAt) revert ReceiptExpired(receiptId, expiresAt, block.timestamp);
        stored.save(Slots.newReceipt(holder, operator, kind, expiresAt));
        stored.saveGoods(quantityG, lotId);
        emit Transfer(address(0), account, receiptId);
        emit ReceiptIssued(receiptId, lotId, holder, operator, quantityG, kind, expiresAt);
    }

    /// @dev The id stays taken; quantity and lot are cleared, and live on in the log of the issue.
    function _burn(uint256 receiptId, uint256 word, uint64 givenG) private {
        Receipt storage stored = _receipts[receiptId];
        (uint64 quantityG, bytes24 lotId) = stored.loadGoods();
        if (givenG != quantityG) revert QuantityNotWhole(receiptId, givenG, quantityG);
        stored.save(word.withStatus(STATUS_DELIVERED).withNextSeq());
        stored.saveGoods(0, 0);
        Lot storage lot = _lots[lotId];
        (uint64 attestedG, uint64 liveG, uint32 operator) = lot.load();
        lot.save(attestedG - quantityG, liveG - quantityG, operator);
    }

    /// @dev First slot of a receipt that may change hands now, by the next order of its holder.
    function _movable(uint256 receiptId, uint32 seq, uint32 holder) private view returns (uint256 word) {
        word = _receipts[receiptId].load();
        if (!word.isFree(holder, seq)) _refuseMove(receiptId, seq, holder);
        if (block.timestamp > word.expiresAtOf()) {
            revert ReceiptExpired(receiptId, word.expiresAtOf(), block.timestamp);
        }
    }

    /// @dev Say why a receipt does not move by this order.
    function _refuseMove(uint256 receiptId, uint32 seq, uint32 holder) private view {
        uint256 word = _nextIs(receiptId, seq);
        if (word.statusOf() != STATUS_LIVE) revert ReceiptNotLive(receiptId, word.statusOf());
        if (word.holderOf() != holder) revert WrongHolder(receiptId, holder, word.holderOf());
        revert ReceiptEncumbered(receiptId, word.pledgesOf(), word.liensOf(), word.freezesOf());
    }
}
