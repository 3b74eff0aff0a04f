// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAttested} from "./IAttested.sol";
import {IReceiptErrors} from "./IReceiptErrors.sol";

/// @title What every module has in common.
/// @notice A module takes signed orders in its own EIP-712 domain (its address is the verifying contract). It can
/// be replaced, by governance and after a delay; receipts cannot.
interface IModule is IReceiptErrors, IAttested {
    /// @notice The order names another operator than the one that keeps the goods.
    error OperatorDiffers(uint256 receiptId, uint32 given, uint32 operator);

    /// @notice The receipt contract this module serves.
    function receipts() external view returns (address);

    /// @notice EIP-712 domain separator of this module on this chain.
    function domainSeparator() external view returns (bytes32);
}
