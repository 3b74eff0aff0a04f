// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, Successor} from "./ActTypes.sol";

/// @title Rights in a receipt go where its goods go.
interface IReceiptFollower {
    /// @notice Carry what is kept for receipts that were replaced over to their successors.
    /// @dev For modules with RIGHT_REPLACE, in the transaction that replaced them. A receipt that lives on beside
    /// its parts is among its own successors.
    function follow(ReceiptRef[] calldata olds, Successor[] calldata news) external;
}
