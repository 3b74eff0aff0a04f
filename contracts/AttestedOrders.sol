// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IAttested} from "./interfaces/IAttested.sol";
import {IReceiptErrors} from "./interfaces/IReceiptErrors.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Quorum} from "./libraries/Quorum.sol";

/// @title Whether a quorum has attested an order, for every contract that takes orders.
abstract contract AttestedOrders is EIP712 {
    constructor() EIP712("Holdfast", "1") {}

    /// @dev Refuse unless a quorum has attested this very order, by the present policy, over fresh evidence.
    /// @param threshold Signers needed.
    /// @param operator Whose own attester must be among them, or Quorum.ANY_OPERATOR.
    /// @param current Digest of the present committee.
    function _attest(
        bytes32 orderHash,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures,
        uint256 threshold,
        uint256 operator,
        bytes32 current
    ) internal returns (uint256 signers, uint256 filter) {
        if (attestation.orderHash != orderHash) {
            revert IReceiptErrors.OrderHashDiffers(attestation.orderHash, orderHash);
        }
        bytes32[] calldata attesters = committee.attesters;
        bytes32 given = OrderHash.ofCommittee(committee, attesters.length);
        if (given != current) revert IReceiptErrors.CommitteeNotCurrent(committee.epoch, given, current);
        if (attestation.epoch != committee.epoch) {
            revert IReceiptErrors.WrongEpoch(attestation.epoch, committee.epoch);
        }
        if (attestation.policyDigest != committee.policyDigest) {
            revert IReceiptErrors.WrongPolicy(attestation.policyDigest, committee.policyDigest);
        }
        _refuseStale(attestation.observedAt, attestation.validUntil, committee.maxAgeS);
        (signers, filter) = Quorum.verify(
            _hashTypedDataV4(OrderHash.ofAttestation(attestation)), attesters, signatures, threshold, operator
        );
        _emitAttested(orderHash, attestation, signers);
    }

    function _refuseLate(uint64 deadline) internal view {
        if (block.timestamp > deadline) revert IReceiptErrors.DeadlinePassed(deadline, block.timestamp);
    }

    /// @dev `emit Attested(orderHash, attestation.evidenceDigest, …, attestation.epoch, signers)`, whose data is
    /// what follows the order hash in the call.
    function _emitAttested(bytes32 orderHash, Attestation calldata attestation, uint256 signers) private {
        bytes32 topic = IAttested.Attested.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, add(attestation, 32), 192)
            mstore(add(free, 192), signers)
            log2(free, 224, topic, orderHash)
        }
    }

    /// @dev All three are 64 bits wide, and the last difference cannot be negative.
    function _refuseStale(uint256 observedAt, uint256 validUntil, uint256 maxAgeS) private view {
        if (observedAt > block.timestamp) {
            revert IReceiptErrors.ObservedInFuture(uint64(observedAt), block.timestamp);
        }
        if (block.timestamp > validUntil) {
            revert IReceiptErrors.AttestationExpired(uint64(validUntil), block.timestamp);
        }
        unchecked {
            if (validUntil - observedAt > maxAgeS) {
                revert IReceiptErrors.ValidityOutOfRange(uint64(observedAt), uint64(validUntil), uint64(maxAgeS));
            }
        }
    }
}
