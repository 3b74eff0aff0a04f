// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    CureOrder,
    DefaultOrder,
    ForeclosureOrder,
    MarginOrder,
    PledgeAssignOrder,
    PledgedTransferOrder
} from "./ActTypes.sol";
import {IReceiptFollower} from "./IReceiptFollower.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title What may happen between a pledge's making and its release.
interface IPledgeCourse is IReceiptFollower {
    /// @notice Give a pledge to another member. Signed by both.
    function assign(
        PledgeAssignOrder calldata order,
        bytes calldata pledgeeSignature,
        bytes calldata assigneeSignature
    ) external;

    /// @notice Give a pledged receipt to another member. Signed by holder, transferee and first pledgee; attested.
    function transferPledged(
        PledgedTransferOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata transfereeSignature,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Give notice that the debt is due and unpaid. Signed by the pledgee.
    function noticeDefault(DefaultOrder calldata order, bytes calldata pledgeeSignature) external;

    /// @notice Give notice that the goods' value no longer covers the debt: that of all receipts under the pledge,
    /// by the prices of members that have no part in them (IValuation). Signed by the pledgee; attested.
    function callMargin(
        MarginOrder calldata order,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Acknowledge that a default is cured. Signed by the pledgee.
    function cure(CureOrder calldata order, bytes calldata pledgeeSignature) external;

    /// @notice Sell a receipt in default, after the time to cure. Signed by first pledgee and buyer; attested.
    function foreclose(
        ForeclosureOrder calldata order,
        bytes calldata pledgeeSignature,
        bytes calldata buyerSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;
}
