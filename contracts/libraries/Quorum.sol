// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceiptErrors} from "../interfaces/IReceiptErrors.sol";
import {ROLE_BANK, ROLE_INSPECTOR, ROLE_WAREHOUSE_OPERATOR} from "../interfaces/Types.sol";
import {Signatures} from "./Signatures.sol";

/// @title Who has signed, and whether they suffice.
/// @dev An attester is one word: account (20 bytes) | member uint32 | roles uint16 | six zero bytes. Roles are
/// those of its member; the consortium lets neither them nor the member's standing change during an epoch.
library Quorum {
    /// No operator's attester is needed. No member id: an order that names member 0 must not pass for it.
    uint256 internal constant ANY_OPERATOR = type(uint256).max;
    uint256 private constant SIGNATURE_BYTES = 64;
    uint256 private constant INDEPENDENT = ROLE_INSPECTOR | ROLE_BANK;

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
    /// @param attesters Those of the present committee, checked by the caller.
    /// @param signatures ERC-2098 signatures one after the other, ascending by account.
    /// @param threshold Signers needed.
    /// @param operator Warehouse operator whose attester must be among them, or ANY_OPERATOR.
    /// @return signers Bit i is set if attester i has signed.
    /// @return filter Marks of the signers' members (see _mark).
    function verify(
        bytes32 digest,
        bytes32[] calldata attesters,
        bytes calldata signatures,
        uint256 threshold,
        uint256 operator
    ) internal view returns (uint256 signers, uint256 filter) {
        if (signatures.length % SIGNATURE_BYTES != 0) revert IReceiptErrors.MalformedSignatures(signatures.length);
        uint256 count = signatures.length / SIGNATURE_BYTES;
        if (count < threshold) revert IReceiptErrors.QuorumTooSmall(count, threshold);
        uint256 roles;
        (signers, filter, roles) = _tally(Signatures.prepare(digest), attesters, signatures);
        if (operator != ANY_OPERATOR) _requireOperator(attesters, signers, filter, uint32(operator));
        if (roles & INDEPENDENT == 0) revert IReceiptErrors.NoIndependentSigner();
    }

    /// @notice Refuse if an attester of this member has signed: nobody attests in its own cause.
    function refuseParty(bytes32[] calldata attesters, uint256 signers, uint256 filter, uint32 member)
        internal
        pure
    {
        if (filter & _mark(member) == 0) return;
        if (_signerOf(attesters, signers, member) != 0) revert IReceiptErrors.SignerIsParty(member);
    }

    /// @dev Signatures and attesters both ascend, so each search goes on where the last one ended. Runs for
    /// every act: it walks the call by addresses, `at` along signatures, `cursor` along attesters.
    /// @return signers Bit i is set if attester i has signed.
    /// @return filter Marks of the signers' members.
    /// @return roles All their roles together; bits above the sixteenth mean nothing.
    function _tally(uint256 input, bytes32[] calldata attesters, bytes calldata signatures)
        private
        view
        returns (uint256 signers, uint256 filter, uint256 roles)
    {
        (uint256 at, uint256 end) = _range(signatures);
        (uint256 cursor, uint256 last) = _range(attesters);
        uint256 bit = 1; // of the attester at the cursor
        unchecked {
            for (; at != end; at += SIGNATURE_BYTES) {
                uint256 account = Signatures.recoverCompact(input, at);
                uint256 attester;
                while (true) {
                    if (cursor == last) _refuseSigner(last, bit, signers, account);
                    attester = _word(cursor);
                    if (attester >> 96 == account) break;
                    cursor += 32;
                    bit <<= 1;
                }
                uint256 mark = _mark(attester >> 64);
                if (filter & mark != 0) _refuseSecondVoice(cursor, bit, signers, bytes32(attester));
                filter |= mark;
                signers |= bit;
                roles |= attester >> 48;
                cursor += 32;
                bit <<= 1;
            }
        }
    }

    /// @dev The operator's own attester is its countersignature.
    function _requireOperator(bytes32[] calldata attesters, uint256 signers, uint256 filter, uint32 operator)
        private
        pure
    {
        bytes32 attester = 0;
        if (filter & _mark(operator) != 0) attester = _signerOf(attesters, signers, operator);
        if (attester == 0) revert IReceiptErrors.OperatorNotAmongSigners(operator);
        if (rolesOf(attester) & ROLE_WAREHOUSE_OPERATOR == 0) {
            revert IReceiptErrors.NotWarehouseOperator(operator, rolesOf(attester));
        }
    }

    /// @dev One of 256 bits for a member. An unset bit says "not among them" at once; members whose ids differ
    /// by a multiple of 256 share a bit, so a set one is looked into.
    function _mark(uint256 member) private pure returns (uint256) {
        return 1 << (member & 255);
    }

    /// @dev Refuse if one of the signers before the cursor belongs to the same member.
    function _refuseSecondVoice(uint256 cursor, uint256 bit, uint256 signers, bytes32 attester) private pure {
        uint32 member = memberOf(attester);
        while (bit != 1) {
            bit >>= 1;
            cursor -= 32;
            if (signers & bit != 0 && memberOf(bytes32(_word(cursor))) == member) {
                revert IReceiptErrors.SignersOfOneMember(member);
            }
        }
    }

    /// @dev Say why a recovered account was not found between the last signer and the end of the attesters.
    function _refuseSigner(uint256 last, uint256 bit, uint256 signers, uint256 recovered) private pure {
        address account = address(uint160(recovered));
        address previous = address(0);
        bool known = false;
        uint256 index = 0;
        for (uint256 cursor = last; bit != 1;) {
            bit >>= 1;
            cursor -= 32;
            address candidate = accountOf(bytes32(_word(cursor)));
            if (candidate == account) known = true;
            if (signers & bit == 0) continue;
            if (index++ == 0) previous = candidate;
        }
        if (known) revert IReceiptErrors.SignersNotAscending(previous, account);
        revert IReceiptErrors.NotAnAttester(index, account);
    }

    /// @dev The attester of this member marked in `signers`, or zero.
    function _signerOf(bytes32[] calldata attesters, uint256 signers, uint32 member)
        private
        pure
        returns (bytes32 attester)
    {
        (uint256 cursor,) = _range(attesters);
        unchecked {
            for (; signers != 0; signers >>= 1) {
                attester = bytes32(_word(cursor));
                if (signers & 1 != 0 && memberOf(attester) == member) return attester;
                cursor += 32;
            }
        }
        return 0;
    }

    /// @dev Where in the call signatures begin and end.
    function _range(bytes calldata signatures) private pure returns (uint256 at, uint256 end) {
        assembly ("memory-safe") {
            at := signatures.offset
            end := add(at, signatures.length)
        }
    }

    /// @dev Where in the call attesters begin and end.
    function _range(bytes32[] calldata attesters) private pure returns (uint256 at, uint256 end) {
        assembly ("memory-safe") {
            at := attesters.offset
            end := add(at, shl(5, attesters.length))
        }
    }

    function _word(uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(at)
        }
    }
}
