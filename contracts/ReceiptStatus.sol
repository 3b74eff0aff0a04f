// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {IPledge} from "./interfaces/IPledge.sol";
import {PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {IReceiptActs} from "./interfaces/IReceiptActs.sol";
import {IReceiptMedium} from "./interfaces/IReceiptMedium.sol";
import {IStorageLien} from "./interfaces/IStorageLien.sol";
import {
    BOUND_DELIVERED,
    BOUND_EXPIRED,
    BOUND_FROZEN,
    BOUND_HOLDER_INACTIVE,
    BOUND_LIEN,
    BOUND_PLEDGED,
    BOUND_REPLACED,
    BOUND_SUSPENDED,
    IReceiptStatus,
    Standing
} from "./interfaces/IReceiptStatus.sol";
import {IReplacement} from "./interfaces/IReplacement.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {
    Member,
    Receipt,
    STATUS_DELIVERED,
    STATUS_REPLACED,
    STATUS_SUSPENDED
} from "./interfaces/Types.sol";

/// @title Reads the receipt contract and its modules into one answer; keeps nothing and changes nothing.
contract ReceiptStatus is IReceiptStatus {
    IWarehouseReceipt private immutable RECEIPTS;
    IConsortium private immutable CONSORTIUM;
    IPledge private immutable PLEDGE;
    IReceiptActs private immutable ACTS;
    ICourt private immutable COURT;
    IReplacement private immutable REPLACEMENT;
    IReceiptMedium private immutable MEDIUM;
    IStorageLien private immutable LIEN;

    /// @param receipts The receipt contract.
    /// @param pledge Its modules.
    constructor(
        address receipts,
        address pledge,
        address acts,
        address court,
        address replacement,
        address medium,
        address lien
    ) {
        RECEIPTS = IWarehouseReceipt(receipts);
        CONSORTIUM = IConsortium(RECEIPTS.consortium());
        PLEDGE = IPledge(pledge);
        ACTS = IReceiptActs(acts);
        COURT = ICourt(court);
        REPLACEMENT = IReplacement(replacement);
        MEDIUM = IReceiptMedium(medium);
        LIEN = IStorageLien(lien);
    }

    /// @inheritdoc IReceiptStatus
    function status(uint256 receiptId) external view returns (Standing memory found) {
        Receipt memory receipt = RECEIPTS.receiptOf(receiptId);
        Member memory holder = CONSORTIUM.member(receipt.holder);
        (found.holder, found.account, found.operator) = (receipt.holder, holder.account, receipt.operator);
        (found.kind, found.quantityG, found.lotId) = (receipt.kind, receipt.quantityG, receipt.lotId);
        (found.freshUntil, found.seq) = (receipt.expiresAt, receipt.seq);
        found.bounds = _bounds(receipt, holder.active);
        found.free = found.bounds == 0;
        (found.suspendReason, found.liens, found.lienTerms) =
            (receipt.suspendReason, receipt.liens, receipt.lienTerms);
        found.pledgeIds = PLEDGE.pledgesOn(receiptId);
        found.pledges = new PledgeRecord[](found.pledgeIds.length);
        for (uint256 i = 0; i < found.pledgeIds.length; ++i) {
            found.pledges[i] = PLEDGE.pledgeOf(found.pledgeIds[i]);
        }
        if (receipt.lienTerms != 0) {
            found.storageTerms = LIEN.termsOf(receiptId);
            found.lienDueMinor = LIEN.dueOn(receiptId, block.timestamp);
        }
        found.freezeCase = receipt.freezeCase;
        (found.freeze, found.freezeDocument) = COURT.caseOf(receipt.freezeCase);
        found.waiting = COURT.waitingOn(receiptId);
        found.predecessor = ACTS.predecessorOf(receiptId) | REPLACEMENT.predecessorOf(receiptId); // one is zero
        found.successor = ACTS.successorOf(receiptId) | REPLACEMENT.successorOf(receiptId);
        found.notice = REPLACEMENT.noticeOf(receiptId);
        found.paperDigest = MEDIUM.paperFor(receiptId);
    }

    function _bounds(Receipt memory receipt, bool active) private view returns (uint16 bounds) {
        if (receipt.status == STATUS_SUSPENDED) bounds |= BOUND_SUSPENDED;
        if (receipt.status == STATUS_DELIVERED) bounds |= BOUND_DELIVERED;
        if (receipt.status == STATUS_REPLACED) bounds |= BOUND_REPLACED;
        if (block.timestamp > receipt.expiresAt) bounds |= BOUND_EXPIRED;
        if (receipt.pledges != 0) bounds |= BOUND_PLEDGED;
        if (receipt.liens != 0) bounds |= BOUND_LIEN;
        if (receipt.freezes != 0) bounds |= BOUND_FROZEN;
        if (!active) bounds |= BOUND_HOLDER_INACTIVE;
    }
}
