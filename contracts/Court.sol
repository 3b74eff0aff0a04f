// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CaseOrder, FreezeOrder, RenewOrder, UnfreezeOrder} from "./interfaces/ActTypes.sol";
import {CourtCase, ICourt} from "./interfaces/ICourt.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {ROLE_COURT} from "./interfaces/Types.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Court cases and the receipts they freeze.
contract Court is Module, ICourt {
    using Slots for uint256;

    uint256 private constant LONGEST_S = 3 * 366 days;
    uint256 private constant QUEUE = 32;

    mapping(uint24 caseNo => CourtCase) private _cases;
    mapping(uint24 caseNo => bytes32 digest) private _documents;
    mapping(uint256 receiptId => uint24[]) private _waiting;

    /// @param receipts_ The receipt contract.
    constructor(address receipts_) Module(receipts_) {}

    /// @inheritdoc ICourt
    function openCase(CaseOrder calldata order, bytes calldata courtSignature) external {
        _refuseLate(order.deadline);
        uint24 caseNo = order.caseNo;
        if (caseNo == 0 || order.reason == 0) revert CaseIncomplete(caseNo, order.reason);
        if (_cases[caseNo].court != 0) revert CaseExists(caseNo);
        _refuseRange(caseNo, order.expiresAt);
        _cases[caseNo] = CourtCase(order.court, order.reason, order.expiresAt, 0, uint40(block.timestamp));
        _documents[caseNo] = order.documentDigest;
        emit CaseOpened(caseNo, order.court, order.reason, order.documentDigest, order.expiresAt);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireCourt(order.court, ActHash.ofWords(ActHash.CASE_ORDER, start, 6), courtSignature);
    }

    /// @inheritdoc ICourt
    function renewCase(RenewOrder calldata order, bytes calldata courtSignature) external {
        _refuseLate(order.deadline);
        uint24 caseNo = order.caseNo;
        CourtCase memory found = _next(caseNo, order.court, order.number);
        _refuseLapsed(caseNo, found.expiresAt);
        _refuseRange(caseNo, order.expiresAt);
        emit CaseRenewed(caseNo, found.expiresAt, order.expiresAt);
        found.expiresAt = order.expiresAt;
        _cases[caseNo] = found;
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireCourt(order.court, ActHash.ofWords(ActHash.RENEW_ORDER, start, 5), courtSignature);
    }

    /// @inheritdoc ICourt
    function freeze(FreezeOrder calldata order, bytes calldata courtSignature) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint24 caseNo) = (order.receiptId, order.caseNo);
        CourtCase memory found = _next(caseNo, order.court, order.number);
        _refuseLapsed(caseNo, found.expiresAt);
        _cases[caseNo] = found;
        uint256 word = RECEIPTS.addFreeze(receiptId, caseNo);
        uint8 ahead = word.freezesOf();
        if (ahead != 0) _enqueue(receiptId, caseNo, word.freezeCaseOf());
        emit Frozen(receiptId, caseNo, ahead);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireCourt(order.court, ActHash.ofWords(ActHash.FREEZE_ORDER, start, 5), courtSignature);
    }

    /// @inheritdoc ICourt
    function unfreeze(UnfreezeOrder calldata order, bytes calldata courtSignature) external {
        _refuseLate(order.deadline);
        _cases[order.caseNo] = _next(order.caseNo, order.court, order.number);
        _take(order.receiptId, order.caseNo, false);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireCourt(order.court, ActHash.ofWords(ActHash.UNFREEZE_ORDER, start, 5), courtSignature);
    }

    /// @inheritdoc ICourt
    function lapse(uint256 receiptId, uint24 caseNo) external {
        uint40 expiresAt = _cases[caseNo].expiresAt;
        if (expiresAt == 0) revert UnknownCase(caseNo);
        if (block.timestamp <= expiresAt) revert CaseNotLapsed(caseNo, expiresAt, block.timestamp);
        _take(receiptId, caseNo, true);
    }

    /// @inheritdoc ICourt
    function caseOf(uint24 caseNo) external view returns (CourtCase memory found, bytes32 documentDigest) {
        return (_cases[caseNo], _documents[caseNo]);
    }

    /// @inheritdoc ICourt
    function waitingOn(uint256 receiptId) external view returns (uint24[] memory) {
        return _waiting[receiptId];
    }

    // --- inner steps ---

    function _enqueue(uint256 receiptId, uint24 caseNo, uint24 inForce) private {
        uint24[] storage queue = _waiting[receiptId];
        if (queue.length == QUEUE) revert QueueFull(receiptId, QUEUE);
        if (caseNo == inForce) revert FrozenByCase(receiptId, caseNo);
        for (uint256 i = 0; i < queue.length; ++i) {
            if (queue[i] == caseNo) revert FrozenByCase(receiptId, caseNo);
        }
        queue.push(caseNo);
    }

    /// @dev Take a case off a receipt: the one in force makes place for the next, a waiting one leaves the queue.
    function _take(uint256 receiptId, uint24 caseNo, bool lapsed) private {
        uint24 inForce = IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId).freezeCase;
        uint24[] storage queue = _waiting[receiptId];
        emit Unfrozen(receiptId, caseNo, lapsed);
        if (caseNo == inForce) {
            uint24 next = queue.length == 0 ? 0 : queue[0];
            RECEIPTS.dropFreeze(receiptId, next);
            if (next == 0) return;
            emit FreezePromoted(receiptId, next);
            _remove(queue, 0);
            return;
        }
        for (uint256 i = 0; i < queue.length; ++i) {
            if (queue[i] != caseNo) continue;
            RECEIPTS.dropFreeze(receiptId, inForce);
            _remove(queue, i);
            return;
        }
        revert NotFrozenByCase(receiptId, caseNo);
    }

    function _remove(uint24[] storage queue, uint256 at) private {
        for (uint256 i = at; i + 1 < queue.length; ++i) queue[i] = queue[i + 1];
        queue.pop();
    }

    /// @dev The case with its order counted; refused unless this is its court's next order.
    function _next(uint24 caseNo, uint32 court, uint32 number) private view returns (CourtCase memory found) {
        found = _cases[caseNo];
        if (found.court == 0) revert UnknownCase(caseNo);
        if (found.court != court) revert CaseOfOtherCourt(caseNo, court, found.court);
        if (found.number != number) revert WrongCaseNumber(caseNo, number, found.number);
        ++found.number;
    }

    function _requireCourt(uint32 court, bytes32 orderHash, bytes calldata signature) private view {
        uint16 roles = _requireSigned(court, orderHash, signature);
        if (roles & ROLE_COURT == 0) revert NotCourt(court, roles);
    }

    function _refuseRange(uint24 caseNo, uint40 expiresAt) private view {
        if (expiresAt <= block.timestamp || expiresAt > block.timestamp + LONGEST_S) {
            revert CaseExpiryOutOfRange(caseNo, expiresAt, block.timestamp);
        }
    }

    function _refuseLapsed(uint24 caseNo, uint40 expiresAt) private view {
        if (block.timestamp > expiresAt) revert CaseLapsed(caseNo, expiresAt, block.timestamp);
    }
}
