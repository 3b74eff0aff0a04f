// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IReceiptErrors} from "../interfaces/IReceiptErrors.sol";

/// @title Recovery of accounts from signatures that have exactly one form each.
library Signatures {
    /// Half of the order of secp256k1: a larger s has a twin below.
    bytes32 private constant MAX_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
    bytes32 private constant S_MASK = bytes32(type(uint256).max >> 1);

    /// @notice The accounts of ERC-2098 signatures (r, then s with the parity in its top bit) are recovered one
    /// by one from the call, through one stretch of memory that this sets aside.
    /// @return input Where it is; it begins with the digest.
    function prepare(bytes32 digest) internal pure returns (uint256 input) {
        assembly ("memory-safe") {
            input := mload(0x40)
            mstore(input, digest)
            mstore(0x40, add(input, 128))
        }
    }

    /// @notice The account that signed the prepared digest, or zero if the signature is none.
    /// @param input From `prepare`.
    /// @param at Where in the call the 64 bytes begin.
    function recoverCompact(uint256 input, uint256 at) internal view returns (uint256 account) {
        bytes32 s;
        (account, s) = _recover(input, at);
        if (s > MAX_S) revert IReceiptErrors.SignatureHighS(s);
    }

    /// @notice Refuse unless the account that acts for a member has signed.
    /// @dev The key is tried before the code is looked at: that look costs 2,600 gas and most accounts have
    /// none. A wallet's answer comes by static call, so it cannot reenter.
    function requireParty(uint32 member, address account, bytes32 digest, bytes calldata signature)
        internal
        view
    {
        if (signature.length == 64) {
            uint256 at;
            assembly ("memory-safe") {
                at := signature.offset
            }
            (uint256 recovered, bytes32 s) = _recover(prepare(digest), at);
            if (recovered == uint160(account) && s <= MAX_S) return;
        }
        _requireOther(member, account, digest, signature);
    }

    /// @dev Whatever is not a good key signature in the short form: the long form, a wallet, or a reason.
    function _requireOther(uint32 member, address account, bytes32 digest, bytes calldata signature)
        private
        view
    {
        (bool wellFormed, bytes32 s, address recovered) = _tryRecover(digest, signature);
        if (recovered == account) return;
        if (account.code.length != 0) {
            if (SignatureChecker.isValidERC1271SignatureNow(account, digest, signature)) return;
            revert IReceiptErrors.WalletRefused(member, account);
        }
        if (!wellFormed) revert IReceiptErrors.MalformedSignature(member, signature.length);
        if (s > MAX_S) revert IReceiptErrors.SignatureHighS(s);
        revert IReceiptErrors.ForeignSignature(member, account, recovered);
    }

    /// @dev `recovered` is zero, which no member's account is, unless the signature is good.
    function _tryRecover(bytes32 digest, bytes calldata signature)
        private
        pure
        returns (bool wellFormed, bytes32 s, address recovered)
    {
        uint8 v;
        if (signature.length == 64) {
            bytes32 vs = bytes32(signature[32:64]);
            s = vs & S_MASK;
            v = uint8(uint256(vs) >> 255) + 27;
        } else if (signature.length == 65) {
            s = bytes32(signature[32:64]);
            v = uint8(signature[64]);
        }
        wellFormed = v == 27 || v == 28;
        if (wellFormed && s <= MAX_S) recovered = ecrecover(digest, v, bytes32(signature[0:32]), s);
    }

    /// @dev The account for r, then s with the parity in its top bit, and s, however large.
    function _recover(uint256 input, uint256 at) private view returns (uint256 account, bytes32 s) {
        assembly ("memory-safe") {
            let vs := calldataload(add(at, 32))
            s := shr(1, shl(1, vs))
            mstore(add(input, 32), add(shr(255, vs), 27))
            calldatacopy(add(input, 64), at, 32)
            mstore(add(input, 96), s)
            mstore(0, 0) // stays so if the precompile finds no account
            pop(staticcall(gas(), 1, input, 128, 0, 32))
            account := mload(0)
        }
    }
}
