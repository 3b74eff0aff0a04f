// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {IModule} from "./interfaces/IModule.sol";
import {IReceiptModules} from "./interfaces/IReceiptPrimitives.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {AttestedOrders} from "./AttestedOrders.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {Slots} from "./libraries/Slots.sol";

/// @title Who has signed an order, and whether a quorum has attested it.
abstract contract Module is IModule, AttestedOrders {
    using Slots for uint256;

    IReceiptModules internal immutable RECEIPTS;
    IConsortium internal immutable CONSORTIUM;

    /// @param receipts_ The receipt contract.
    constructor(address receipts_) {
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

    /// @dev Refuse unless the member, which may act now, has signed. Answers its roles.
    function _requireSigned(uint32 member, bytes32 orderHash, bytes calldata signature)
        internal
        view
        returns (uint16 roles)
    {
        address account;
        (account, roles) = CONSORTIUM.actingFor(member);
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
        (address first, address second) = CONSORTIUM.activePair(one, other);
        bytes32 digest = _hashTypedDataV4(orderHash);
        Signatures.requireParty(one, first, digest, oneSignature);
        Signatures.requireParty(other, second, digest, otherSignature);
    }

    function _requireHolder(uint256 receiptId, uint256 word, uint32 given) internal pure {
        if (word.holderOf() != given) revert WrongHolder(receiptId, given, word.holderOf());
    }

    /// @dev Refuse unless a full quorum, the operator's attester among them, has attested this very order over
    /// fresh evidence by the present policy. No attester of the holder's or of these members may be one of them;
    /// a party may be named twice.
    function _attestFor(
        bytes32 orderHash,
        uint256 word,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures,
        uint32 other,
        uint32 third
    ) internal {
        (uint256 signers, uint256 filter) = _attest(
            orderHash,
            attestation,
            committee,
            signatures,
            committee.threshold,
            word.operatorOf(),
            CONSORTIUM.committeeDigest()
        );
        bytes32[] calldata attesters = committee.attesters;
        Quorum.refuseParty(attesters, signers, filter, word.holderOf());
        Quorum.refuseParty(attesters, signers, filter, other);
        Quorum.refuseParty(attesters, signers, filter, third);
    }
}
