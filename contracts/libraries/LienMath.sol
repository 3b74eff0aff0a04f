// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {LienRecord} from "../interfaces/LienTypes.sol";

/// @title What storage has earned, and how records part and join. Nothing is lost or made by rounding.
library LienMath {
    uint256 private constant TONNE_DAY = 1_000_000 * 1 days;

    /// @notice What the lien secures at a time: what was earned less what was paid, and never above the cap.
    function dueOn(LienRecord memory found, uint256 atS) internal pure returns (uint64) {
        uint256 earned = found.feeMinor * _gramSeconds(found, atS) / TONNE_DAY;
        if (earned <= found.paidMinor) return 0;
        return uint64(_min(earned - found.paidMinor, found.capMinor));
    }

    /// @notice The record counted up to a time; before accrual begins nothing is counted.
    function countTo(LienRecord memory found, uint256 atS) internal pure {
        if (atS <= found.sinceS) return;
        found.gramSeconds = uint96(_gramSeconds(found, atS));
        found.sinceS = uint40(atS);
    }

    /// @notice Add another record, counted up to the same time, with the same fee, currency and rank.
    function join(LienRecord memory into, LienRecord memory other) internal pure {
        into.quantityG += other.quantityG;
        into.capMinor = uint64(_min(uint256(into.capMinor) + other.capMinor, type(uint64).max));
        into.paidMinor = uint64(_min(uint256(into.paidMinor) + other.paidMinor, type(uint64).max));
        into.assertedMinor = uint64(_min(uint256(into.assertedMinor) + other.assertedMinor, type(uint64).max));
        into.gramSeconds = uint96(_min(uint256(into.gramSeconds) + other.gramSeconds, type(uint96).max));
    }

    /// @notice The part of a record that goes with the goods from gram `fromG` to gram `toG` of `wholeG`. The
    /// parts of a whole sum to it exactly.
    function part(LienRecord memory whole, uint256 fromG, uint256 toG, uint256 wholeG)
        internal
        pure
        returns (LienRecord memory found)
    {
        (found.feeMinor, found.currency, found.sinceS, found.rank) =
            (whole.feeMinor, whole.currency, whole.sinceS, whole.rank);
        found.quantityG = uint64(toG - fromG);
        found.capMinor = uint64(_share(whole.capMinor, fromG, toG, wholeG));
        found.paidMinor = uint64(_share(whole.paidMinor, fromG, toG, wholeG));
        found.assertedMinor = uint64(_share(whole.assertedMinor, fromG, toG, wholeG));
        found.gramSeconds = uint96(_share(whole.gramSeconds, fromG, toG, wholeG));
    }

    /// @dev Grams have 64 bits and unix seconds 32 until 2106; after that the count stands still.
    function _gramSeconds(LienRecord memory found, uint256 atS) private pure returns (uint256) {
        if (atS <= found.sinceS) return found.gramSeconds;
        uint256 counted = found.gramSeconds + uint256(found.quantityG) * (atS - found.sinceS);
        return _min(counted, type(uint96).max);
    }

    function _share(uint256 amount, uint256 fromG, uint256 toG, uint256 wholeG) private pure returns (uint256) {
        return amount * toG / wholeG - amount * fromG / wholeG;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
