// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The log of every attested order.
interface IAttested {
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
}
