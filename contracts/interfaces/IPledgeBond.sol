// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BondDeliveryOrder, BondJointDeliveryOrder, BondRedeemOrder, PledgeBondOrder} from "./BondTypes.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title Pledge bonds: a receipt's second title, to the debt that its goods secure.
/// @notice To every other contract a bond is a pledge of the first rank: it is counted, it follows, and its
/// holder's signature is needed. It is given on by `assign`, ended by `release`, sold after the due date by
/// `foreclose`, without notice. No goods go to a bond's holder for the debt: what they are worth is divided as in
/// a sale, and what is left over is the receipt holder's.
interface IPledgeBond {
    /// @notice A bond was issued; its pledge is told by Pledged, with an LTV of zero.
    event BondIssued(uint256 indexed receiptId, uint64 indexed pledgeId, uint32 indexed pledgee);
    /// @notice What the bond secured was paid or deposited; the receipt is free.
    event BondRedeemed(
        uint256 indexed receiptId, uint64 indexed pledgeId, uint64 paidMinor, bytes32 paymentDigest
    );
    /// @notice Holder and bond's holder took the goods out together.
    event BondDeliveredJointly(uint256 indexed receiptId, uint64 indexed pledgeId);
    /// @notice The goods went out after the due date; told as a sale is (PledgePaid says what the bond got).
    event BondDelivered(
        uint256 indexed receiptId,
        uint64 indexed pledgeId,
        uint32 indexed pledgor,
        bytes32 saleDigest,
        uint40 soldAt,
        uint64 proceedsMinor,
        uint64 costsMinor,
        uint64 lienMinor,
        uint64 claimMinor,
        uint64 paidMinor,
        uint64 surplusMinor
    );

    /// @notice A bond is issued over a receipt that nothing is pledged on.
    error BondOverPledge(uint256 receiptId, uint8 pledges);
    /// @notice A bond secures some amount and is due in the future.
    error BondTerms(uint64 amountMinor, uint40 maturity);
    /// @notice The pledge is not a bond.
    error NotABond(uint64 pledgeId);
    /// @notice A bond is redeemed by all that it secures.
    error RedemptionDiffers(uint64 pledgeId, uint64 given, uint64 amountMinor);
    /// @notice The goods are worth more than they would go out for.
    error BelowValue(uint256 receiptId, uint64 given, uint64 valueMinor);

    /// @notice Issue a bond. Signed by holder and the bond's first holder; attested.
    function issueBond(
        PledgeBondOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Free a receipt by payment or deposit, where the bond's holder does not discharge it. Signed by the
    /// receipt's holder; attested, by no attester of either.
    function redeemBond(
        BondRedeemOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Let all the goods out. Signed by holder and bond's holder; attested.
    function deliverJointly(
        BondJointDeliveryOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Let all the goods out after the due date, at an attested value. Signed by the bond's holder;
    /// attested, by no attester of either.
    function deliverBonded(
        BondDeliveryOrder calldata order,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;
}
