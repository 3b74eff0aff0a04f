// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, RIGHT_REPLACE, Successor} from "./interfaces/ActTypes.sol";
import {IPledge, IPledgeFollower, PledgeRecord} from "./interfaces/IPledge.sol";
import {Module} from "./Module.sol";

/// @title Which pledges are on which receipt, in which rank.
/// @dev The pledges of a receipt are one word: 64 bits for each rank, first in the lowest, no gaps.
abstract contract PledgeBook is Module, IPledge {
    uint256 internal constant RANKS = 4;

    mapping(uint256 receiptId => uint256 word) internal _ranks;
    mapping(uint64 pledgeId => PledgeRecord) internal _pledges;

    /// @inheritdoc IPledgeFollower
    function follow(ReceiptRef[] calldata olds, Successor[] calldata news) external {
        uint16 rights = CONSORTIUM.rightsOf(msg.sender);
        if (rights & RIGHT_REPLACE == 0) revert ModuleLacksRight(msg.sender, RIGHT_REPLACE, rights);
        uint256 ranks = _ranks[olds[0].receiptId];
        for (uint256 i = 0; i < olds.length; ++i) {
            uint256 receiptId = olds[i].receiptId;
            if (_ranks[receiptId] != ranks) revert PledgesDiffer(olds[0].receiptId, receiptId);
            for (uint256 j = 0; j < news.length; ++j) {
                emit PledgesFollowed(receiptId, news[j].receiptId, ranks);
            }
        }
        for (uint256 i = 0; i < olds.length; ++i) delete _ranks[olds[i].receiptId];
        for (uint256 j = 0; j < news.length; ++j) _ranks[news[j].receiptId] = ranks;
        for (; ranks != 0; ranks >>= 64) {
            PledgeRecord storage stored = _pledges[uint64(ranks)];
            stored.receipts = uint16(stored.receipts + news.length - olds.length);
        }
    }

    /// @inheritdoc IPledge
    function pledgeOf(uint64 pledgeId) external view returns (PledgeRecord memory) {
        return _pledges[pledgeId];
    }

    /// @inheritdoc IPledge
    function pledgesOn(uint256 receiptId) external view returns (uint64[] memory ids) {
        uint256 ranks = _ranks[receiptId];
        ids = new uint64[](_count(ranks));
        for (uint256 i = 0; i < ids.length; ++i) ids[i] = uint64(ranks >> 64 * i);
    }

    function _count(uint256 ranks) internal pure returns (uint8 count) {
        for (; ranks != 0; ranks >>= 64) ++count;
    }

    /// @dev Zero-based rank of a pledge on a receipt; refused if it is not on it.
    function _position(uint256 receiptId, uint256 ranks, uint64 pledgeId) internal pure returns (uint256 at) {
        for (; ranks != 0; ranks >>= 64) {
            if (uint64(ranks) == pledgeId) return at;
            ++at;
        }
        revert PledgeNotOnReceipt(receiptId, pledgeId);
    }

    /// @dev The pledge, if it is on the receipt and this is its pledgee.
    function _own(uint256 receiptId, uint64 pledgeId, uint32 pledgee)
        internal
        view
        returns (PledgeRecord memory found, uint256 ranks, uint256 at)
    {
        ranks = _ranks[receiptId];
        at = _position(receiptId, ranks, pledgeId);
        found = _pledges[pledgeId];
        if (found.pledgee != pledgee) revert WrongPledgee(pledgeId, pledgee, found.pledgee);
    }

    /// @dev Take one receipt away from a pledge; the record goes with its last one.
    function _uncover(uint64 pledgeId, PledgeRecord memory found) internal {
        if (found.receipts <= 1) {
            delete _pledges[pledgeId];
        } else {
            --found.receipts;
            _pledges[pledgeId] = found;
        }
    }

    /// @dev The word without the rank at `at`; those behind it move up by one.
    function _without(uint256 ranks, uint256 at) internal pure returns (uint256) {
        uint256 low = (1 << 64 * at) - 1;
        return ranks & low | (at + 1 == RANKS ? 0 : ranks >> 64 & ~low);
    }

    /// @dev Spend the receipt's next order without changing its pledges.
    function _touch(uint256 receiptId, uint32 seq, uint256 ranks) internal {
        RECEIPTS.setPledges(receiptId, seq, _count(ranks), _pledges[uint64(ranks)].pledgee);
    }
}
