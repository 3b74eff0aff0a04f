// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {RIGHT_FREEZE, RIGHT_PLEDGE} from "./interfaces/ActTypes.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IReceiptEncumbrances} from "./interfaces/IReceiptPrimitives.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Receipt} from "./interfaces/Types.sol";
import {Slots} from "./libraries/Slots.sol";
import {ReceiptGuards} from "./ReceiptGuards.sol";

/// @title Pledges and freezes that modules put on a receipt, and pledges that come off.
abstract contract ReceiptEncumbrances is ReceiptGuards, IReceiptEncumbrances {
    using Slots for uint256;
    using Slots for Receipt;

    /// @inheritdoc IReceiptEncumbrances
    function addPledge(uint256 receiptId, uint32 seq, uint32 pledgee)
        external
        needs(RIGHT_PLEDGE)
        returns (uint256 word)
    {
        word = _nextIs(receiptId, seq);
        _refuseStill(receiptId, word);
        _refuseExpired(receiptId, word);
        uint8 held = word.pledgesOf();
        uint32 first = held == 0 ? pledgee : word.firstPledgeeOf(); // I9: the first stays the first
        if (first == 0) revert PledgesOutOfStep(receiptId, held, held + 1, first);
        _savePledges(receiptId, word, held + 1, first);
    }

    /// @inheritdoc IReceiptEncumbrances
    function releasePledge(
        uint256 receiptId,
        uint32 seq,
        uint64 pledgeId,
        uint8 pledges,
        uint32 firstPledgee,
        uint32 pledgee
    ) external needs(RIGHT_PLEDGE) {
        Receipt storage stored = _receipts[receiptId];
        uint256 word = _pledgedNow(stored, receiptId, seq);
        uint8 held = word.pledgesOf();
        if (uint256(pledges) + 1 != held || (pledges == 0) != (firstPledgee == 0)) {
            revert PledgesOutOfStep(receiptId, held, pledges, firstPledgee);
        }
        uint256 next = word.withPledges(pledges, firstPledgee).withNextSeq();
        stored.save(next);
        emit IWarehouseReceipt.PledgeReleased(receiptId, pledgeId, pledges, firstPledgee, pledgee);
        if (next.isOpen()) emit IERC5192.Unlocked(receiptId);
    }

    /// @inheritdoc IReceiptEncumbrances
    function addFreeze(uint256 receiptId, uint24 freezeCase) external needs(RIGHT_FREEZE) returns (uint256 word) {
        word = _unburned(receiptId);
        uint8 held = word.freezesOf();
        uint24 first = held == 0 ? freezeCase : word.freezeCaseOf();
        if (first == 0) revert FreezesOutOfStep(receiptId, held, held + 1, first);
        _saveFreezes(receiptId, word, held + 1, first);
    }
}
