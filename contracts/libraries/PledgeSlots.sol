// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PledgeOrder} from "../interfaces/ActTypes.sol";
import {PledgeRecord} from "../interfaces/IPledgeBook.sol";

/// @title Pledges as storage words, for the acts that are counted in gas.
/// @dev Positions are those of PledgeRecord; a test holds them to the compiler's storage layout.
library PledgeSlots {
    uint256 private constant AMOUNT = 32;
    uint256 private constant CURRENCY = 96;
    uint256 private constant MATURITY = 120;
    uint256 private constant LTV = 160;
    uint256 private constant CURE = 176;
    uint256 private constant RECEIPTS = 240;

    function load(PledgeRecord storage stored) internal view returns (uint256 record) {
        assembly ("memory-safe") {
            record := sload(stored.slot)
        }
    }

    function save(PledgeRecord storage stored, uint256 record) internal {
        assembly ("memory-safe") {
            sstore(stored.slot, record)
        }
    }

    /// @notice A new pledge on one receipt, no default noticed.
    function newPledge(PledgeOrder calldata order) internal pure returns (uint256 record) {
        record = order.pledgee | uint256(order.amountMinor) << AMOUNT
            | uint256(uint24(order.currency)) << CURRENCY | uint256(order.maturity) << MATURITY;
        return record | uint256(order.ltvBps) << LTV | uint256(order.cureS) << CURE | 1 << RECEIPTS;
    }

    function pledgeeOf(uint256 record) internal pure returns (uint32) {
        return uint32(record);
    }

    /// @notice The pledge on one receipt less; nothing if that was its last.
    function withoutOne(uint256 record) internal pure returns (uint256) {
        return record >> RECEIPTS <= 1 ? 0 : record - (1 << RECEIPTS);
    }
}
