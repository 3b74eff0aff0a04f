// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {IModule} from "./interfaces/IModule.sol";
import {IReceiptModules} from "./interfaces/IReceiptPrimitives.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Slots} from "./libraries/Slots.sol";

/// @title Who has signed an order, and whether a quorum has attested it.
abstract contract Module is IModule, EIP712 {
    using Slots for uint256;

    IReceiptModules internal immutable RECEIPTS;
    IConsortium internal immutable CONSORTIUM;

    /// @param receipts_ The receipt contract.
    constructor(address receipts_) EIP712("Holdfast", "1") {
        RECEIPTS = IReceiptModules(receipts_);
        CONSORTIUM = IConsortium(IWarehouseReceipt(receipts_).consortium());
    }

    /// @inheritdoc IModule
    function receipts() external view returns (address) {
        return address(RECEIPTS);
    }

    /// @inheritdoc IModule
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _refuseLate(uint64 deadline) internal view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
    }

    /// @dev Refuse unless the member, which may act now, has signed. Answers its roles.
    function _requireSigned(uint32 member, bytes32 orderHash, bytes calldata signature)
        internal
        view
        returns (uint16 roles)
    {
        address account;
        (account, roles) = CONSORTIUM.acting(member);
        Signatures.requireParty(member, account, _hashTypedDataV4(orderHash), signature);
    }

    /// @dev Refuse unless both members, which may act now, have signed.
    function _requireBoth(
        uint32 one,
        uint32 other,
        bytes32 orderHash,
        bytes calldata oneSignature,
        bytes calldata otherSignature
    ) internal view {
        (address first, address second) = CONSORTIUM.actingPair(one, other);
        bytes32 digest = _hashTypedDataV4(orderHash);
        Signatures.requireParty(one, first, digest, oneSignature);
        Signatures.requireParty(other, second, digest, otherSignature);
    }

    function _requireHolder(uint256 receiptId, uint256 word, uint32 given) internal pure {
        if (word.holderOf() != given) revert WrongHolder(receiptId, given, word.holderOf());
    }

    /// @dev Refuse unless a full quorum, the operator's attester among them, has attested this very order over
    /// fresh evidence by the present policy.
    function _attest(
        bytes32 orderHash,
        uint32 operator,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) private returns (uint256 signers, uint256 filter) {
        if (attestation.orderHash != orderHash) revert OrderHashDiffers(attestation.orderHash, orderHash);
        bytes32 current = CONSORTIUM.committeeDigest();
        bytes32 given = OrderHash.ofCommittee(committee, committee.attesters.length);
        if (given != current) revert CommitteeNotCurrent(committee.epoch, given, current);
        if (attestation.epoch != committee.epoch) revert WrongEpoch(attestation.epoch, committee.epoch);
        if (attestation.policyDigest != committee.policyDigest) {
            revert WrongPolicy(attestation.policyDigest, committee.policyDigest);
        }
        _refuseStale(attestation.observedAt, attestation.validUntil, committee.maxAgeS);
        (signers, filter) = Quorum.verify(
            _hashTypedDataV4(OrderHash.ofAttestation(attestation)),
            committee.attesters,
            signatures,
            committee.threshold,
            operator
        );
        bytes32 topic = Attested.selector;
        assembly ("memory-safe") {
            // what follows the order hash in the call is what the event says, but for the signers
            let free := mload(0x40)
            calldatacopy(free, add(attestation, 32), 192)
            mstore(add(free, 192), signers)
            log2(free, 224, topic, orderHash)
        }
    }

    /// @dev The same, and no attester of these members among the signers; a party named twice may be.
    function _attestFor(
        bytes32 orderHash,
        uint256 word,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures,
        uint32 other,
        uint32 third
    ) internal {
        (uint256 signers, uint256 filter) =
            _attest(orderHash, word.operatorOf(), attestation, committee, signatures);
        bytes32[] calldata attesters = committee.attesters;
        Quorum.refuseParty(attesters, signers, filter, word.holderOf());
        Quorum.refuseParty(attesters, signers, filter, other);
        Quorum.refuseParty(attesters, signers, filter, third);
    }

    function _refuseStale(uint64 observedAt, uint64 validUntil, uint64 maxAgeS) private view {
        if (observedAt > block.timestamp) revert ObservedInFuture(observedAt, block.timestamp);
        if (block.timestamp > validUntil) revert AttestationExpired(validUntil, block.timestamp);
        if (validUntil - observedAt > maxAgeS) revert ValidityOutOfRange(observedAt, validUntil, maxAgeS);
    }
}
