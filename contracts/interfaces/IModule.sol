// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceiptErrors} from "./IReceiptErrors.sol";

/// @title What every module has in common.
/// @notice A module takes signed orders in its own EIP-712 domain (its address is the verifying contract). It can
/// be replaced, by governance and after a delay; receipts cannot.
interface IModule is IReceiptErrors {
    /// @notice The order names another operator than the one that keeps the goods.
    error OperatorDiffers(uint256 receiptId, uint32 given, uint32 operator);

    /// @notice What a quorum signed. Bit i of `signers` stands for attester i of the epoch's committee.
    event Attested(
        bytes32 indexed orderHash,
        bytes32 evidenceDigest,
        bytes32 evidenceLocation,
        bytes32 policyDigest,
        uint64 observedAt,
        uint64 validUntil,
        uint64 epoch,
        uint256 signers
    );

    /// @notice The receipt contract this module serves.
    function receipts() external view returns (address);

    /// @notice EIP-712 domain separator of this module on this chain.
    function domainSeparator() external view returns (bytes32);
}
