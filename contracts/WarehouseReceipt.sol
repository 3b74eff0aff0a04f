// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
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
    ReinstateOrder,
    STATUS_DELIVERED,
    STATUS_LIVE,
    STATUS_NONE,
    STATUS_SUSPENDED,
    SuspendOrder,
    TransferOrder
} from "./interfaces/Types.sol";
import {ReceiptToken} from "./ReceiptToken.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title Warehouse receipts, held by members, moved by orders, backed by attested goods.
contract WarehouseReceipt is ReceiptToken, EIP712 {
    /// Attesters that suffice to stop a receipt: stopping must be easier than moving.
    uint256 private constant SUSPEND_THRESHOLD = 2;

    /// @param consortium_ Consortium that already expects this contract at this address.
    constructor(address consortium_) ReceiptToken(consortium_) EIP712("Holdfast", "1") {}

    // --- orders ---

    /// @inheritdoc IWarehouseReceipt
    function issue(
        IssueOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        if (order.receipts.length == 0) revert NoReceipts();
        bytes32 orderHash = OrderHash.ofIssue(order);
        uint256 signers =
            _attest(orderHash, attestation, committee, signatures, committee.threshold, order.operator);
        _raiseLot(order);
        _mint(order, committee, signers);
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
        _refuseLate(order.deadline);
        if (holder == transferee) revert TransfereeIsHolder(holder);
        Receipt storage stored = _movable(order.receiptId, order.seq, holder);
        uint32 operator = stored.operator;
        stored.holder = transferee;
        stored.seq = order.seq + 1;
        (address from, address to) = CONSORTIUM.receiptMoved(holder, transferee);
        emit Transfer(from, to, order.receiptId);
        emit ReceiptTransferred(order.receiptId, holder, transferee, order.seq);

        bytes32 orderHash = OrderHash.ofTransfer(order);
        bytes32 digest = _hashTypedDataV4(orderHash);
        Signatures.requireParty(holder, from, digest, holderSignature);
        Signatures.requireParty(transferee, to, digest, transfereeSignature);
        uint256 signers =
            _attest(orderHash, attestation, committee, signatures, committee.threshold, operator);
        Quorum.refuseParty(committee, signers, holder);
        Quorum.refuseParty(committee, signers, transferee);
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
        Receipt storage stored = _movable(order.receiptId, order.seq, holder);
        uint32 operator = stored.operator;
        _burn(order, stored);
        address account = CONSORTIUM.receiptBurned(holder);
        emit Transfer(account, address(0), order.receiptId);

        bytes32 orderHash = OrderHash.ofDelivery(order);
        Signatures.requireParty(holder, account, _hashTypedDataV4(orderHash), holderSignature);
        uint256 signers =
            _attest(orderHash, attestation, committee, signatures, committee.threshold, operator);
        Quorum.refuseParty(committee, signers, holder);
    }

    /// @inheritdoc IWarehouseReceipt
    function suspend(
        SuspendOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        Receipt storage stored = _nextIs(order.receiptId, order.seq);
        if (stored.status != STATUS_LIVE) revert ReceiptNotLive(order.receiptId, stored.status);
        stored.status = STATUS_SUSPENDED;
        stored.seq = order.seq + 1;
        emit ReceiptSuspended(order.receiptId, order.reason, order.seq);
        emit Locked(order.receiptId);

        bytes32 orderHash = OrderHash.ofSuspend(order);
        uint256 signers = _attest(orderHash, attestation, committee, signatures, SUSPEND_THRESHOLD, Quorum.ANY_OPERATOR);
        Quorum.refuseParty(committee, signers, stored.holder);
    }

    /// @inheritdoc IWarehouseReceipt
    function reinstate(
        ReinstateOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        Receipt storage stored = _nextIs(order.receiptId, order.seq);
        if (stored.status != STATUS_SUSPENDED) revert ReceiptNotSuspended(order.receiptId, stored.status);
        stored.status = STATUS_LIVE;
        stored.seq = order.seq + 1;
        emit ReceiptReinstated(order.receiptId, order.seq);
        emit Unlocked(order.receiptId);

        bytes32 orderHash = OrderHash.ofReinstate(order);
        uint256 signers =
            _attest(orderHash, attestation, committee, signatures, committee.threshold, stored.operator);
        Quorum.refuseParty(committee, signers, stored.holder);
    }

    /// @inheritdoc IWarehouseReceipt
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    // --- inner steps ---

    /// @dev I1: what receipts stand for never exceeds what was attested.
    function _raiseLot(IssueOrder calldata order) private {
        Lot storage stored = _lots[order.lotId];
        Lot memory lot = stored;
        bool first = lot.operator == 0;
        if (first) {
            lot.operator = order.operator;
            lot.attestedG = order.lotQuantityG;
        } else if (lot.operator != order.operator) {
            revert LotOfOtherOperator(order.lotId, order.operator, lot.operator);
        } else if (lot.attestedG != order.lotQuantityG) {
            revert LotQuantityDiffers(order.lotId, order.lotQuantityG, lot.attestedG);
        }
        uint256 liveG = lot.liveG;
        ReceiptTerms[] calldata receipts = order.receipts;
        for (uint256 i = 0; i < receipts.length; ++i) {
            liveG += receipts[i].quantityG;
        }
        if (liveG > lot.attestedG) revert LotExceeded(order.lotId, liveG, lot.attestedG);
        lot.liveG = uint64(liveG);
        _lots[order.lotId] = lot;
        if (first) emit LotAttested(order.lotId, order.operator, order.lotQuantityG);
    }

    /// @dev Neighbours of one holder are counted in one call.
    function _mint(IssueOrder calldata order, Committee calldata committee, uint256 signers) private {
        ReceiptTerms[] calldata receipts = order.receipts;
        uint256 end = 0;
        for (uint256 start = 0; start < receipts.length; start = end) {
            uint32 holder = receipts[start].holder;
            if (holder == order.operator) revert OperatorIsHolder(receipts[start].receiptId, holder);
            Quorum.refuseParty(committee, signers, holder);
            for (end = start + 1; end < receipts.length && receipts[end].holder == holder;) ++end;
            address account = CONSORTIUM.receiptsIssued(holder, uint32(end - start));
            for (uint256 i = start; i < end; ++i) _mintOne(order, receipts[i], account);
        }
    }

    function _mintOne(IssueOrder calldata order, ReceiptTerms calldata terms, address account) private {
        uint256 receiptId = terms.receiptId;
        if (_receipts[receiptId].status != STATUS_NONE) revert ReceiptExists(receiptId);
        if (terms.quantityG == 0) revert QuantityZero(receiptId);
        if (terms.kind != KIND_NEGOTIABLE && terms.kind != KIND_NON_NEGOTIABLE) {
            revert UnknownKind(receiptId, terms.kind);
        }
        if (terms.expiresAt < block.timestamp) {
            revert ReceiptExpired(receiptId, terms.expiresAt, block.timestamp);
        }
        _receipts[receiptId] = Receipt({
            holder: terms.holder,
            operator: order.operator,
            firstPledgee: 0,
            status: STATUS_LIVE,
            kind: terms.kind,
            expiresAt: terms.expiresAt,
            seq: 0,
            pledges: 0,
            liens: 0,
            freezes: 0,
            quantityG: terms.quantityG,
            lotId: order.lotId
        });
        emit Transfer(address(0), account, receiptId);
        emit ReceiptIssued(
            receiptId,
            order.lotId,
            terms.holder,
            order.operator,
            terms.quantityG,
            terms.kind,
            terms.expiresAt
        );
    }

    /// @dev The id stays taken; quantity and lot are cleared, and live on in the log.
    function _burn(DeliveryOrder calldata order, Receipt storage stored) private {
        uint64 quantityG = stored.quantityG;
        bytes24 lotId = stored.lotId;
        if (order.quantityG != quantityG) revert QuantityNotWhole(order.receiptId, order.quantityG, quantityG);
        stored.status = STATUS_DELIVERED;
        stored.seq = order.seq + 1;
        stored.quantityG = 0;
        stored.lotId = 0;
        Lot storage lot = _lots[lotId];
        lot.attestedG -= quantityG;
        lot.liveG -= quantityG;
        emit ReceiptDelivered(order.receiptId, lotId, order.holder, quantityG, order.seq);
    }

    /// @dev Refuse unless a quorum has attested this very order, by the present policy, over fresh evidence.
    function _attest(
        bytes32 orderHash,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures,
        uint256 threshold,
        uint256 operator
    ) private returns (uint256 signers) {
        if (attestation.orderHash != orderHash) revert OrderHashDiffers(attestation.orderHash, orderHash);
        bytes32 given = keccak256(abi.encode(committee));
        bytes32 current = CONSORTIUM.committeeDigest();
        if (given != current) revert CommitteeNotCurrent(committee.epoch, given, current);
        if (attestation.epoch != committee.epoch) revert WrongEpoch(attestation.epoch, committee.epoch);
        if (attestation.policyDigest != committee.policyDigest) {
            revert WrongPolicy(attestation.policyDigest, committee.policyDigest);
        }
        _refuseStale(attestation.observedAt, attestation.validUntil, committee.maxAgeS);
        signers = Quorum.verify(
            _hashTypedDataV4(OrderHash.ofAttestation(attestation)), committee, signatures, threshold, operator
        );
        emit Attested(
            orderHash,
            attestation.evidenceDigest,
            attestation.evidenceLocation,
            attestation.policyDigest,
            attestation.observedAt,
            attestation.validUntil,
            attestation.epoch,
            signers
        );
    }

    function _refuseStale(uint64 observedAt, uint64 validUntil, uint64 maxAgeS) private view {
        if (observedAt > block.timestamp) revert ObservedInFuture(observedAt, block.timestamp);
        if (block.timestamp > validUntil) revert AttestationExpired(validUntil, block.timestamp);
        if (validUntil - observedAt > maxAgeS) revert ValidityOutOfRange(observedAt, validUntil, maxAgeS);
    }

    function _refuseLate(uint64 deadline) private view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
    }

    /// @dev A receipt that may change hands now, by the next order of its holder.
    function _movable(uint256 receiptId, uint32 seq, uint32 holder)
        private
        view
        returns (Receipt storage stored)
    {
        stored = _nextIs(receiptId, seq);
        if (stored.status != STATUS_LIVE) revert ReceiptNotLive(receiptId, stored.status);
        if (block.timestamp > stored.expiresAt) {
            revert ReceiptExpired(receiptId, stored.expiresAt, block.timestamp);
        }
        if (stored.holder != holder) revert WrongHolder(receiptId, holder, stored.holder);
        if (uint256(stored.pledges) + stored.liens + stored.freezes != 0) {
            revert ReceiptEncumbered(receiptId, stored.pledges, stored.liens, stored.freezes);
        }
    }

    function _nextIs(uint256 receiptId, uint32 seq) private view returns (Receipt storage stored) {
        stored = _receipts[receiptId];
        if (stored.status == STATUS_NONE) revert UnknownReceipt(receiptId);
        if (stored.seq != seq) revert WrongSeq(receiptId, seq, stored.seq);
    }
}
