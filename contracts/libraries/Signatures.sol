// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IReceiptErrors} from "../interfaces/IReceiptErrors.sol";

/// @title Recovery of accounts from signatures that have exactly one form each.
library Signatures {
    /// Half of the order of secp256k1: a larger s has a twin below.
    bytes32 private constant MAX_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
    bytes32 private constant S_MASK = bytes32(type(uint256).max >> 1);

    /// @notice The account of an ERC-2098 signature (r, then s with the parity in its top bit), or zero.
    function recoverCompact(bytes32 digest, bytes32 r, bytes32 vs) internal pure returns (address) {
        bytes32 s = vs & S_MASK;
        if (s > MAX_S) revert IReceiptErrors.SignatureHighS(s);
        return ecrecover(digest, uint8(uint256(vs) >> 255) + 27, r, s);
    }

    /// @notice Refuse unless the account that acts for a member has signed.
    /// @dev The key is tried before the code is looked at: that look costs 2,600 gas and most accounts have
    /// none. A wallet's answer comes by static call, so it cannot reenter.
    function requireParty(uint32 member, address account, bytes32 digest, bytes calldata signature)
        internal
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
}
