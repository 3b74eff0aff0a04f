// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title ECDSA with the nonce 1: R is the curve's base point, so a signature is one multiplication.
/// @dev Good signatures of keys that are no secret, at a hundredth of the time that a safe signer takes. A real
/// signer that uses a nonce twice gives its key away.
library Signer {
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant BASE_X = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;

    /// @notice 64 bytes (ERC-2098): r, then s with the parity in its top bit.
    function compact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint256 s, uint256 parity) = _sign(key, digest);
        return abi.encodePacked(BASE_X, s | parity << 255);
    }

    /// @notice 65 bytes: r, s, v.
    function long(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint256 s, uint256 parity) = _sign(key, digest);
        return abi.encodePacked(BASE_X, s, uint8(27 + parity));
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (uint256 s, uint256 parity) {
        s = addmod(uint256(digest), mulmod(BASE_X, key, ORDER), ORDER);
        if (s > ORDER / 2) (s, parity) = (ORDER - s, 1);
    }
}
