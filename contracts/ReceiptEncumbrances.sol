// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {RIGHT_FREEZE, RIGHT_PLEDGE} from "./interfaces/ActTypes.sol";
import {IReceiptEncumbrances} from "./interfaces/IReceiptPrimitives.sol";
import {STATUS_DELIVERED} from "./interfaces/Types.sol";
import {Slots} from "./libraries/Slots.sol";
import {ReceiptGuards} from "./ReceiptGuards.sol";

/// @title Pledges and freezes that modules put on a receipt, and pledges that come off.
abstract contract ReceiptEncumbrances is ReceiptGuards, IReceiptEncumbrances {
    using Slots for uint256;

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
    function setPledges(uint256 receiptId, uint32 seq, uint8 pledges, uint32 firstPledgee)
        external
        needs(RIGHT_PLEDGE)
        returns (uint256 word)
    {
        word = _nextIs(receiptId, seq);
        if (word.statusOf() >= STATUS_DELIVERED) revert ReceiptNotLive(receiptId, word.statusOf());
        uint8 held = word.pledgesOf();
        bool inStep = pledges == held || pledges == 0 || uint256(pledges) + 1 == held;
        if (held == 0 || !inStep || (pledges == 0) != (firstPledgee == 0)) {
            revert PledgesOutOfStep(receiptId, held, pledges, firstPledgee);
        }
        _savePledges(receiptId, word, pledges, firstPledgee);
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
