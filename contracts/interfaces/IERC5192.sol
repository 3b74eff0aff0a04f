// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Minimal soulbound tokens (ERC-5192): says whether a token can move.
interface IERC5192 {
    /// @notice The token stopped being movable.
    event Locked(uint256 tokenId);

    /// @notice The token became movable again.
    event Unlocked(uint256 tokenId);

    /// @notice Whether the token cannot move now.
    /// @param tokenId A token that exists; others are refused.
    function locked(uint256 tokenId) external view returns (bool);
}
