// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, Successor} from "./interfaces/ActTypes.sol";
import {IReplacement} from "./interfaces/IReplacement.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {
    LOSS_COMPROMISED,
    LOSS_LOST,
    LossNotice,
    LossNoticeOrder,
    LossWithdrawalOrder,
    ReplacementOrder
} from "./interfaces/LossTypes.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {Followers} from "./Followers.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {LossHash} from "./libraries/LossHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Lost or compromised receipts: they stop, wait, and live on under another id.
contract Replacement is Followers, IReplacement {
    using Slots for uint256;

    /// A week outlives every attestation that a committee of the usual age limit has signed, and lets a
    /// purchaser that is about to close find out.
    uint256 private constant LEAST_NOTICE_S = 7 days;
    /// As long as a court's summons for a lost instrument need be (公示催告, Civil Procedure Law of the PRC):
    /// nobody can stop goods for longer without a court.
    uint256 private constant MOST_NOTICE_S = 60 days;
    /// A notice that has run is used within this time. Otherwise it would stop a pledgee's sale for ever.
    uint256 private constant USE_S = 30 days;

    mapping(uint256 receiptId => uint256 id) private _successor;
    mapping(uint256 receiptId => uint256 id) private _predecessor;
    mapping(uint256 receiptId => LossNotice) private _notices;

    /// @param receipts_ The receipt contract.
    /// @param pledge The module that keeps the pledges, which must follow receipts into their successors.
    /// @param lien The module that keeps storage terms, which must follow, too.
    constructor(address receipts_, address pledge, address lien) Module(receipts_) Followers(pledge, lien) {}

    /// @inheritdoc IReplacement
    function noticeLoss(
        LossNoticeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata consent,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint8 reason, uint24 noticeS) = (order.receiptId, order.reason, order.noticeS);
        if (reason != LOSS_LOST && reason != LOSS_COMPROMISED) revert UnknownLoss(reason);
        if (noticeS < LEAST_NOTICE_S || noticeS > MOST_NOTICE_S) {
            revert NoticeOutOfRange(receiptId, noticeS, LEAST_NOTICE_S, MOST_NOTICE_S);
        }
        uint256 word = RECEIPTS.setNotice(receiptId, order.seq, true);
        uint40 until = uint40(block.timestamp + noticeS);
        _notices[receiptId] = LossNotice(uint40(block.timestamp), until, reason);
        emit LossNoticed(receiptId, order.holder, reason, until);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(LossHash.LOSS_NOTICE_ORDER, start, 6);
        uint32 pledgee = word.firstPledgeeOf();
        if (word.pledgesOf() != 0) _requireSigned(pledgee, orderHash, consent);
        _requireHolder(receiptId, word, order.holder);
        _requireSigned(order.holder, orderHash, holderSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, pledgee, pledgee);
    }

    /// @inheritdoc IReplacement
    function withdrawNotice(
        LossWithdrawalOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        uint256 word = _endNotice(order.receiptId, order.seq);
        emit LossNoticeEnded(order.receiptId, false);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(LossHash.LOSS_WITHDRAWAL_ORDER, start, 4);
        _requireHolder(order.receiptId, word, order.holder);
        _requireSigned(order.holder, orderHash, holderSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, order.holder, order.holder);
    }

    /// @inheritdoc IReplacement
    function replaceLost(
        ReplacementOrder calldata order,
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
        bytes32 orderHash = ActHash.ofWords(LossHash.REPLACEMENT_ORDER, start, 7);
        uint256 word = _replaceLost(order, orderHash, consent);
        uint32 pledgee = word.firstPledgeeOf();
        _requireHolder(order.receiptId, word, order.holder);
        _requireSigned(order.holder, orderHash, holderSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, pledgee, pledgee);
    }

    /// @inheritdoc IReplacement
    function lapseNotice(uint256 receiptId) external {
        LossNotice memory found = _notice(receiptId);
        uint256 lapsesAt = found.until + USE_S;
        if (block.timestamp <= lapsesAt) revert NoticeNotLapsed(receiptId, lapsesAt, block.timestamp);
        _endNotice(receiptId, IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId).seq);
        emit LossNoticeEnded(receiptId, true);
    }

    /// @inheritdoc IReplacement
    function noticeOf(uint256 receiptId) external view returns (LossNotice memory) {
        return _notices[receiptId];
    }

    /// @inheritdoc IReplacement
    function successorOf(uint256 receiptId) external view returns (uint256) {
        return _successor[receiptId];
    }

    /// @inheritdoc IReplacement
    function predecessorOf(uint256 receiptId) external view returns (uint256) {
        return _predecessor[receiptId];
    }

    /// @dev The old receipt dies, then the new one lives, with its encumbrances.
    function _replaceLost(ReplacementOrder calldata order, bytes32 orderHash, bytes calldata consent)
        private
        returns (uint256 word)
    {
        (uint256 receiptId, uint256 successorId, uint40 given) = (order.receiptId, order.successorId, order.expiresAt);
        uint40 until = _notice(receiptId).until;
        if (block.timestamp < until) revert NoticeRuns(receiptId, until, block.timestamp);
        _endNotice(receiptId, order.seq);
        ReceiptRef[] memory olds = new ReceiptRef[](1);
        olds[0] = ReceiptRef(receiptId, order.seq + 1);
        Successor[] memory news = new Successor[](1);
        news[0] = Successor(successorId, order.quantityG, given);
        uint40 expiresAt;
        (word, expiresAt) = RECEIPTS.replaceReceipts(olds, news, orderHash, consent);
        if (given < expiresAt) revert ExpiryShortened(successorId, given, expiresAt);
        _successor[receiptId] = successorId;
        _predecessor[successorId] = receiptId;
        emit LostReplaced(receiptId, successorId);
        _follow(word, olds, news);
    }

    /// @dev The receipt may move again. Answers its first slot as it was.
    function _endNotice(uint256 receiptId, uint32 seq) private returns (uint256 word) {
        _notice(receiptId);
        delete _notices[receiptId];
        word = RECEIPTS.setNotice(receiptId, seq, false);
    }

    function _notice(uint256 receiptId) private view returns (LossNotice memory found) {
        found = _notices[receiptId];
        if (found.until == 0) revert NoNotice(receiptId);
    }
}
