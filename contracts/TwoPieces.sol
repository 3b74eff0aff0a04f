// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title One contract of two pieces of code, since one piece may have 24,576 bytes.
/// @dev What the first piece does not know runs in the second, in the first's storage and under its address. The
/// second is fixed at construction for ever; nothing else is ever delegated to.
abstract contract TwoPieces {
    address private immutable SECOND;

    /// @param second The second piece, which must have the first one's storage layout.
    constructor(address second) {
        SECOND = second;
    }

    fallback() external {
        address second = SECOND;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let done := delegatecall(gas(), second, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if done { return(free, returndatasize()) }
            revert(free, returndatasize())
        }
    }
}
