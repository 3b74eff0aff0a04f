// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceiptErrors} from "../interfaces/IReceiptErrors.sol";
import {Committee, ROLE_BANK, ROLE_INSPECTOR, ROLE_WAREHOUSE_OPERATOR} from "../interfaces/Types.sol";
import {Signatures} from "./Signatures.sol";

/// @title Who has signed, and whether they suffice.
/// @dev An attester is one word: account (20 bytes) | member uint32 | roles uint16 | six zero bytes. Roles are
/// those of its member; the consortium lets neither them nor the member's standing change during an epoch.
library Quorum {
    /// No operator's attester is needed. No member id: an order that names member 0 must not pass for it.
    uint256 internal constant ANY_OPERATOR = type(uint256).max;
    uint256 private constant SIGNATURE_BYTES = 64;
    uint256 private constant INDEPENDENT = ROLE_INSPECTOR | ROLE_BANK;
    uint256 private constant COUNTERSIGNED = 1 << 16; // beyond the roles

    function accountOf(bytes32 attester) internal pure returns (address) {
        return address(bytes20(attester));
    }

    function memberOf(bytes32 attester) internal pure returns (uint32) {
        return uint32(uint256(attester) >> 64);
    }

    function rolesOf(bytes32 attester) internal pure returns (uint16) {
        return uint16(uint256(attester) >> 48);
    }

    /// @notice Recover every signer and refuse unless they make a quorum.
    /// @param digest What they signed (EIP-712).
    /// @param committee The present committee, checked by the caller.
    /// @param signatures ERC-2098 signatures one after the other, ascending by account.
    /// @param threshold Signers needed.
    /// @param operator Warehouse operator whose attester must be among them, or ANY_OPERATOR.
    /// @return signers Bit i is set if attester i has signed.
    /// @return filter Marks of the signers' members (see _mark).
    function verify(
        bytes32 digest,
        Committee calldata committee,
        bytes calldata signatures,
        uint256 threshold,
        uint256 operator
    ) internal pure returns (uint256 signers, uint256 filter) {
        if (signatures.length % SIGNATURE_BYTES != 0) revert IReceiptErrors.MalformedSignatures(signatures.length);
        bytes32[] calldata attesters = committee.attesters;
        uint256 next = 0; // both lists ascend: each search goes on where the last one ended
        uint256 seen = 0; // roles of the signers, and COUNTERSIGNED
        uint256 count = signatures.length / SIGNATURE_BYTES;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                address account = _recover(digest, signatures, i);
                bytes32 attester;
                do {
                    if (next == attesters.length) _refuseSigner(attesters, signers, i, account);
                    attester = _at(attesters, next++);
                } while (accountOf(attester) != account);
                uint256 member = memberOf(attester);
                uint256 mark = _mark(member);
                if (filter & mark != 0) _refuseSecondVoice(attesters, signers, uint32(member));
                filter |= mark;
                signers |= 1 << (next - 1);
                seen |= uint256(attester) >> 48 & type(uint16).max;
                if (member == operator) {
                    _requireOperator(attester);
                    seen |= COUNTERSIGNED;
                }
            }
        }
        if (count < threshold) revert IReceiptErrors.QuorumTooSmall(count, threshold);
        if (operator != ANY_OPERATOR && seen & COUNTERSIGNED == 0) {
            revert IReceiptErrors.OperatorNotAmongSigners(uint32(operator));
        }
        if (seen & INDEPENDENT == 0) revert IReceiptErrors.NoIndependentSigner();
    }

    /// @notice Refuse if an attester of this member has signed: nobody attests in its own cause.
    function refuseParty(Committee calldata committee, uint256 signers, uint256 filter, uint32 member)
        internal
        pure
    {
        if (filter & _mark(member) == 0) return;
        if (_hasSigner(committee.attesters, signers, member)) revert IReceiptErrors.SignerIsParty(member);
    }

    /// @dev One of 256 bits for a member. An unset bit says "not among them" at once; members whose ids differ
    /// by a multiple of 256 share a bit, so a set one is looked into.
    function _mark(uint256 member) private pure returns (uint256) {
        return 1 << (member & 255);
    }

    function _refuseSecondVoice(bytes32[] calldata attesters, uint256 signers, uint32 member) private pure {
        if (_hasSigner(attesters, signers, member)) revert IReceiptErrors.SignersOfOneMember(member);
    }

    function _requireOperator(bytes32 attester) private pure {
        if (rolesOf(attester) & ROLE_WAREHOUSE_OPERATOR == 0) {
            revert IReceiptErrors.NotWarehouseOperator(memberOf(attester), rolesOf(attester));
        }
    }

    /// @dev Whether one of the attesters marked in `signers` belongs to the member.
    function _hasSigner(bytes32[] calldata attesters, uint256 signers, uint32 member)
        private
        pure
        returns (bool)
    {
        for (uint256 i = 0; signers >> i != 0; ++i) {
            if (signers >> i & 1 != 0 && memberOf(_at(attesters, i)) == member) return true;
        }
        return false;
    }

    /// @dev Say why a recovered account was not found beyond the last signer.
    function _refuseSigner(bytes32[] calldata attesters, uint256 signers, uint256 i, address account)
        private
        pure
    {
        address previous = address(0);
        for (uint256 j = 0; signers >> j != 0; ++j) {
            if (signers >> j & 1 != 0) previous = accountOf(_at(attesters, j));
        }
        for (uint256 j = 0; j < attesters.length; ++j) {
            if (accountOf(_at(attesters, j)) == account) {
                revert IReceiptErrors.SignersNotAscending(previous, account);
            }
        }
        revert IReceiptErrors.NotAnAttester(i, account);
    }

    /// @dev Recover signature `i`, which the caller knows to be there.
    function _recover(bytes32 digest, bytes calldata signatures, uint256 i) private pure returns (address) {
        bytes32 r;
        bytes32 vs;
        assembly ("memory-safe") {
            let at := add(signatures.offset, shl(6, i))
            r := calldataload(at)
            vs := calldataload(add(at, 32))
        }
        return Signatures.recoverCompact(digest, r, vs);
    }

    /// @dev Attester `i`, which the caller knows to be there.
    function _at(bytes32[] calldata attesters, uint256 i) private pure returns (bytes32 attester) {
        assembly ("memory-safe") {
            attester := calldataload(add(attesters.offset, shl(5, i)))
        }
    }
}
