// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {CouncilOrder, ICouncil} from "./interfaces/ICouncil.sol";
import {IReceiptErrors} from "./interfaces/IReceiptErrors.sol";
import {Committee} from "./interfaces/Types.sol";
import {Quorum} from "./libraries/Quorum.sol";

/// @title The Council: a full quorum of the committee as the AccessManager's only admin.
contract Council is ICouncil {
    bytes32 private constant COUNCIL_ORDER =
        keccak256("CouncilOrder(bytes32 callDigest,uint64 number,uint64 epoch,uint64 deadline)");
    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    address private immutable CONSORTIUM;
    address private immutable MANAGER;

    uint64 private _number;

    /// @param governed The consortium; the AccessManager is the one that governs it now.
    constructor(address governed) {
        CONSORTIUM = governed;
        MANAGER = IAccessManaged(governed).authority();
    }

    /// @inheritdoc ICouncil
    function act(
        CouncilOrder calldata order,
        bytes calldata data,
        Committee calldata committee,
        bytes calldata signatures
    ) external returns (bytes memory answer) {
        (bytes32 callDigest, uint64 given) = (order.callDigest, order.number);
        if (block.timestamp > order.deadline) revert IReceiptErrors.DeadlinePassed(order.deadline, block.timestamp);
        if (given != _number) revert WrongCouncilNumber(given, _number);
        if (callDigest != keccak256(data)) revert CallDiffers(callDigest, keccak256(data));
        bytes32 named = keccak256(abi.encode(committee));
        bytes32 present = IConsortium(CONSORTIUM).committeeDigest();
        if (named != present) revert IReceiptErrors.CommitteeNotCurrent(committee.epoch, named, present);
        // A new committee voids what the old one signed, by whoever of it stays, too.
        if (order.epoch != committee.epoch) revert IReceiptErrors.WrongEpoch(order.epoch, committee.epoch);
        (uint256 signers,) = Quorum.verify(
            keccak256(abi.encodePacked(hex"1901", domainSeparator(), keccak256(abi.encode(COUNCIL_ORDER, order)))),
            committee.attesters,
            signatures,
            committee.threshold,
            Quorum.ANY_OPERATOR
        );
        // Before the call: what is called may call back, and finds this order used.
        _number = given + 1;
        emit CouncilActed(given, callDigest, committee.epoch, signers);
        return Address.functionCall(MANAGER, data);
    }

    /// @inheritdoc ICouncil
    function number() external view returns (uint64) {
        return _number;
    }

    /// @inheritdoc ICouncil
    function consortium() external view returns (address) {
        return CONSORTIUM;
    }

    /// @inheritdoc ICouncil
    function manager() external view returns (address) {
        return MANAGER;
    }

    /// @inheritdoc ICouncil
    function domainSeparator() public view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256("Holdfast"), keccak256("1"), block.chainid, address(this)));
    }
}
