// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC5192} from "./interfaces/IERC5192.sol";
import {IReceiptErrors} from "./interfaces/IReceiptErrors.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Receipt, STATUS_DELIVERED, STATUS_LIVE, STATUS_NONE} from "./interfaces/Types.sol";
import {Slots} from "./libraries/Slots.sol";
import {ReceiptStorage} from "./ReceiptStorage.sol";

/// @title What both pieces of the receipt contract's code ask before a receipt changes.
abstract contract ReceiptGuards is ReceiptStorage, IReceiptErrors {
    using Slots for uint256;
    using Slots for Receipt;

    modifier needs(uint16 right) {
        uint16 rights = CONSORTIUM.permissions(msg.sender);
        if (rights & right == 0) revert ModuleLacksRight(msg.sender, right, rights);
        _;
    }

    function _tellLock(uint256 receiptId, uint256 was, uint256 word) internal {
        if (was.isOpen() == word.isOpen()) return;
        if (word.isOpen()) emit IERC5192.Unlocked(receiptId);
        else emit IERC5192.Locked(receiptId);
    }

    function _refuseStill(uint256 receiptId, uint256 word) internal pure {
        if (word.statusOf() != STATUS_LIVE) revert ReceiptNotLive(receiptId, word.statusOf());
        if (word.freezesOf() != 0) revert ReceiptFrozen(receiptId, word.freezeCaseOf(), word.freezesOf());
    }

    function _refuseExpired(uint256 receiptId, uint256 word) internal view {
        if (block.timestamp > word.expiresAtOf()) {
            revert ReceiptExpired(receiptId, word.expiresAtOf(), block.timestamp);
        }
    }

    /// @dev First slot of a receipt whose next order is `seq`.
    function _nextIs(uint256 receiptId, uint32 seq) internal view returns (uint256 word) {
        return _nextIn(_receipts[receiptId], receiptId, seq);
    }

    /// @dev The same, for those who need to know where it is as well.
    function _nextIn(Receipt storage stored, uint256 receiptId, uint32 seq) internal view returns (uint256 word) {
        word = stored.load();
        if (word.statusOf() == STATUS_NONE) revert UnknownReceipt(receiptId);
        if (word.seqOf() != seq) revert WrongSeq(receiptId, seq, word.seqOf());
    }

    /// @dev First slot of a receipt whose pledges may change by its next order: a burned one's do not.
    function _pledgedNow(Receipt storage stored, uint256 receiptId, uint32 seq)
        internal
        view
        returns (uint256 word)
    {
        word = _nextIn(stored, receiptId, seq);
        if (word.statusOf() >= STATUS_DELIVERED) revert ReceiptNotLive(receiptId, word.statusOf());
    }

    function _savePledges(uint256 receiptId, uint256 word, uint8 pledges, uint32 firstPledgee) internal {
        uint256 next = word.withPledges(pledges, firstPledgee).withNextSeq();
        _receipts[receiptId].save(next);
        emit IWarehouseReceipt.PledgesChanged(receiptId, pledges, firstPledgee);
        _tellLock(receiptId, word, next);
    }

    function _saveFreezes(uint256 receiptId, uint256 word, uint8 freezes, uint24 freezeCase) internal {
        uint256 next = word.withFreezes(freezes, freezeCase).withNextSeq();
        _receipts[receiptId].save(next);
        emit IWarehouseReceipt.FreezesChanged(receiptId, freezes, freezeCase);
        _tellLock(receiptId, word, next);
    }

    function _unburned(uint256 receiptId) internal view returns (uint256 word) {
        word = _receipts[receiptId].load();
        if (word.statusOf() == STATUS_NONE) revert UnknownReceipt(receiptId);
        if (word.statusOf() >= STATUS_DELIVERED) revert ReceiptNotLive(receiptId, word.statusOf());
    }
}
