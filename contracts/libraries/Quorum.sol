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
    function verify(
        bytes32 digest,
        Committee calldata committee,
        bytes calldata signatures,
        uint256 threshold,
        uint256 operator
    ) internal pure returns (uint256 signers) {
        if (signatures.length % SIGNATURE_BYTES != 0) revert IReceiptErrors.MalformedSignatures(signatures.length);
        uint256 count = signatures.length / SIGNATURE_BYTES;
        uint256 next = 0; // both lists ascend: each search goes on where the last one ended
        uint256 seen = 0; // roles of the signers, and COUNTERSIGNED
        for (uint256 i = 0; i < count; ++i) {
            next = _indexAfter(digest, committee.attesters, signatures, i, next);
            seen |= _admit(committee.attesters, signers, committee.attesters[next - 1], operator);
            signers |= 1 << (next - 1);
        }
        if (count < threshold) revert IReceiptErrors.QuorumTooSmall(count, threshold);
        if (operator != ANY_OPERATOR && seen & COUNTERSIGNED == 0) {
            revert IReceiptErrors.OperatorNotAmongSigners(uint32(operator));
        }
        if (seen & INDEPENDENT == 0) revert IReceiptErrors.NoIndependentSigner();
    }

    /// @notice Refuse if an attester of this member has signed: nobody attests in its own cause.
    function refuseParty(Committee calldata committee, uint256 signers, uint32 member) internal pure {
        if (_hasSigner(committee.attesters, signers, member)) revert IReceiptErrors.SignerIsParty(member);
    }

    /// @dev Whether one of the attesters marked in `signers` belongs to the member.
    function _hasSigner(bytes32[] calldata attesters, uint256 signers, uint32 member)
        private
        pure
        returns (bool)
    {
        for (uint256 i = 0; signers != 0; ++i) {
            if (signers & 1 != 0 && memberOf(attesters[i]) == member) return true;
            signers >>= 1;
        }
        return false;
    }

    /// @dev What one signer brings in: its roles, and COUNTERSIGNED if it is the operator's own.
    function _admit(bytes32[] calldata attesters, uint256 signers, bytes32 attester, uint256 operator)
        private
        pure
        returns (uint256 seen)
    {
        uint32 member = memberOf(attester);
        if (_hasSigner(attesters, signers, member)) revert IReceiptErrors.SignersOfOneMember(member);
        seen = rolesOf(attester);
        if (member == operator) {
            if (seen & ROLE_WAREHOUSE_OPERATOR == 0) {
                revert IReceiptErrors.NotWarehouseOperator(member, uint16(seen));
            }
            seen |= COUNTERSIGNED;
        }
    }

    /// @dev The index after the attester of signature `i`, searched from index `from` on.
    function _indexAfter(
        bytes32 digest,
        bytes32[] calldata attesters,
        bytes calldata signatures,
        uint256 i,
        uint256 from
    ) private pure returns (uint256) {
        uint256 at = i * SIGNATURE_BYTES;
        address account = Signatures.recoverCompact(
            digest, bytes32(signatures[at:at + 32]), bytes32(signatures[at + 32:at + 64])
        );
        for (uint256 j = from; j < attesters.length; ++j) {
            if (accountOf(attesters[j]) == account) return j + 1;
        }
        for (uint256 j = 0; j < from; ++j) {
            if (accountOf(attesters[j]) == account) {
                revert IReceiptErrors.SignersNotAscending(accountOf(attesters[from - 1]), account);
            }
        }
        revert IReceiptErrors.NotAnAttester(i, account);
    }
}
