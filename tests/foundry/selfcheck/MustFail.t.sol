// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Checks} from "../Checks.sol";
import {Invariants} from "../Invariants.t.sol";

/// @title This test must FAIL. CI runs it by name and is red if it passes: the runner reports what fails.
/// @dev It says of the same contracts, after the same handlers, something untrue: that nothing is ever issued.
contract MustFail {
    Checks private register;

    error SomethingWasIssued(uint256 receipts);

    function setUp() external {
        register = new Checks();
    }

    function targetSelectors() external view returns (Invariants.FuzzSelector[] memory targets) {
        targets = new Invariants.FuzzSelector[](1);
        targets[0] = Invariants.FuzzSelector(address(register), register.handlers());
    }

    function invariant_nothing_is_ever_issued() external view {
        uint256 receipts = register.everIssued();
        if (receipts != 0) revert SomethingWasIssued(receipts);
    }
}
