// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Committee} from "./Types.sol";

/// What attesters sign before the Council makes a call of the AccessManager.
struct CouncilOrder {
    bytes32 callDigest; // keccak256 of the call's data
    uint64 number; // acts of the Council before this one
    uint64 epoch; // committee that signs
    uint64 deadline;
}

/// @title The consortium's own hand on the AccessManager: it holds the power ADMIN, and no key does.
/// @notice A call goes out if a full quorum of the present committee has signed it, whoever carries it here. The
/// AccessManager takes it as it takes any admin's: what must be announced is announced, waits for its delay, and
/// can be cancelled by a guardian meanwhile. So an act takes two orders, one to announce it and one to do it.
interface ICouncil {
    /// @notice A call went out. Bit i of `signers` stands for attester i of the epoch's committee.
    event CouncilActed(uint64 indexed number, bytes32 indexed callDigest, uint64 epoch, uint256 signers);

    /// @notice The order was used already, or is not next.
    error WrongCouncilNumber(uint64 given, uint64 expected);
    /// @notice The attesters signed another call.
    error CallDiffers(bytes32 given, bytes32 callDigest);

    /// @notice Make one call of the AccessManager; what it refuses is refused here with its reason.
    /// @param order What the attesters signed (EIP-712, this contract's domain).
    /// @param data The call.
    /// @param committee The present committee.
    /// @param signatures Its attesters' ERC-2098 signatures, ascending by account.
    /// @return answer What the AccessManager answers.
    function act(
        CouncilOrder calldata order,
        bytes calldata data,
        Committee calldata committee,
        bytes calldata signatures
    ) external returns (bytes memory answer);

    /// @notice The number that the next order must carry.
    function number() external view returns (uint64);

    /// @notice The consortium whose committee signs.
    function consortium() external view returns (address);

    /// @notice The only contract that is ever called.
    function manager() external view returns (address);

    /// @notice Separates signatures for this Council from those for any other contract or chain.
    function domainSeparator() external view returns (bytes32);
}
