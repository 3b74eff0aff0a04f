// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Checks} from "./Checks.sol";

/// @title I1-I10 of the design, after random sequences of orders, good and hostile.
/// @dev Each runs as a campaign of its own with a seed of its own; at the end of each run all are asked.
contract Invariants {
    Checks private register;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() external {
        register = new Checks();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(register), register.handlers());
    }

    function afterInvariant() external view {
        for (uint256 number = 1; number <= 11; ++number) register.check(number);
    }

    function invariant_I1_live_never_exceeds_attested() external view {
        register.check(1);
    }

    function invariant_I2_one_holder() external view {
        register.check(2);
    }

    function invariant_I3_grams_are_conserved() external view {
        register.check(3);
    }

    function invariant_I4_nothing_sheds_an_encumbrance() external view {
        register.check(4);
    }

    function invariant_I5_no_change_without_its_signatures() external view {
        register.check(5);
    }

    function invariant_I6_each_order_and_attestation_once() external view {
        register.check(6);
    }

    function invariant_I7_burned_stays_burned() external view {
        register.check(7);
    }

    function invariant_I8_pledged_moves_only_with_the_pledgee() external view {
        register.check(8);
    }

    function invariant_I9_rank_never_jumps() external view {
        register.check(9);
    }

    function invariant_I10_bound_receipts_stand_still() external view {
        register.check(10);
    }

    function invariant_refusals_have_reasons() external view {
        register.check(11);
    }
}
