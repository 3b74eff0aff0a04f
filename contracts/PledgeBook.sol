// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPledgeBook, PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {ILienSettlement} from "./interfaces/IStorageLien.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Which pledges are on which receipt, in which rank, for both pieces of the module's code.
/// @dev The pledges of a receipt are one word: 64 bits for each rank, first in the lowest, no gaps.
abstract contract PledgeBook is Module, IPledgeBook {
    using Slots for uint256;

    uint256 internal constant RANKS = 4;

    ILienSettlement internal immutable LIEN;

    mapping(uint256 receiptId => uint256 word) internal _ranks;
    mapping(uint64 pledgeId => PledgeRecord) internal _pledges;

    /// @param lien The module that keeps storage terms, which may go before pledges.
    constructor(address lien) {
        LIEN = ILienSettlement(lien);
    }

    /// @dev The pledgee has signed how much comes before it: nothing, or the cap of storage fees that outrank it.
    /// What a sale divides is in one currency.
    function _requireCap(uint256 receiptId, uint256 word, uint64 given, bytes3 inCurrency) internal view {
        (uint64 capMinor, bytes3 currency) = (0, inCurrency);
        if (word.lienTermsOf() != 0) (capMinor, currency) = LIEN.outranks(receiptId);
        if (given != capMinor) revert LienCapDiffers(receiptId, given, capMinor);
        if (inCurrency != currency) revert CurrencyDiffers(receiptId, inCurrency, currency);
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

    /// @dev Spend the receipt's next order without changing its pledges.
    function _touch(uint256 receiptId, uint32 seq, uint256 ranks) internal returns (uint256 word) {
        return RECEIPTS.setPledges(receiptId, seq, _count(ranks), _pledges[uint64(ranks)].pledgee);
    }
}
