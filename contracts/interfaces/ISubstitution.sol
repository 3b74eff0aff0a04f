// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Attestation, Committee} from "./Types.sol";
import {PledgeSubstituteOrder} from "./ValueTypes.sol";

/// @title Where acts on pledges learn what goods are worth.
interface IPledgeValue {
    /// @notice The valuation that margin calls and substitutions ask (IValuation).
    function valuation() external view returns (address);
}

/// @title Other goods under the same pledges: new in before old out, in one transaction.
interface ISubstitution {
    /// @notice All pledges of one receipt, by rank (64 bits each from the low end), cover another one instead.
    event PledgesSubstituted(
        uint256 indexed receiptId,
        uint256 indexed releasedId,
        uint256 ranks,
        uint64 valueMinor,
        uint64 floorMinor,
        bytes32 filingDigest
    );

    /// @notice The substitute is worth less than the receipt whose place it would take.
    error ValueBelowFloor(uint256 receiptId, uint64 valueMinor, uint64 floorMinor);
    /// @notice The substitute would expire before the receipt whose place it would take.
    error ExpiresSooner(uint256 receiptId, uint40 expiresAt, uint40 floorAt);

    /// @notice Storage fees agreed on the substitute would come before the pledges.
    error SubstituteBearsFees(uint256 receiptId);

    /// @notice Put a free receipt of the same holder, operator and kind, worth no less and good for no less time,
    /// under all pledges of a receipt, in their ranks, and set that receipt free. Signed by the holder and by
    /// every pledgee; attested.
    /// @dev The signature for a rank that is not there is empty.
    function substitute(
        PledgeSubstituteOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        bytes calldata secondSignature,
        bytes calldata thirdSignature,
        bytes calldata fourthSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;
}
