// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {MergeOrder, PartialDeliveryOrder, SplitOrder, SupersedeOrder} from "./ActTypes.sol";
import {IModule} from "./IModule.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title What a holder may do with a receipt besides giving it away: split, merge, correct, take part out.
/// @notice `consent` is the first pledgee's signature over the same order where the receipt is pledged, and
/// nothing where it is not.
interface IReceiptActs is IModule {
    /// @notice A corrected or extended document took the place of a receipt's.
    event ReceiptSuperseded(uint256 indexed receiptId, uint256 indexed successorId, uint8 reason);

    /// @notice A split leaves two at least, and a merger takes two at least.
    error TooFewReceipts(uint256 receipts);
    /// @notice A part expires when the whole did; a merged receipt when the first of them would have.
    error ExpiryDiffers(uint256 receiptId, uint40 given, uint40 expiresAt);
    /// @notice An extension goes beyond the old expiry.
    error NotExtended(uint256 receiptId, uint40 given, uint40 expiresAt);
    /// @notice The reason is neither correction (1) nor extension (2).
    error UnknownReason(uint8 reason);
    /// @notice With pledges of several ranks, goods leave only after the junior ones are released.
    error JuniorPledges(uint256 receiptId, uint16 pledges);

    /// @notice Let parts of a receipt stand for themselves; what they leave stays with it. Signed by holder and
    /// operator.
    function split(
        SplitOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        bytes calldata consent
    ) external;

    /// @notice Make several receipts of one holder on one lot one. Signed by holder and operator.
    function merge(
        MergeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        bytes calldata consent
    ) external;

    /// @notice Put a corrected document, or one extended by a re-assay, in the place of a receipt's. Signed by
    /// the holder; attested. Once a pledged receipt has expired its first pledgee may have it extended alone: the
    /// order names no holder (0), and its consent is enough. Whoever owes cannot lock the goods by waiting.
    function supersede(
        SupersedeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata consent,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Take part of the goods out against the attested weight at the gate. Signed by the holder.
    function deliverPart(
        PartialDeliveryOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata consent,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice The receipt that a supersession put in the place of this one, or zero.
    function successorOf(uint256 receiptId) external view returns (uint256);

    /// @notice The receipt whose place this one took by a supersession, or zero.
    function predecessorOf(uint256 receiptId) external view returns (uint256);
}
