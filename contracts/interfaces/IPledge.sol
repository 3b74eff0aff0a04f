// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PledgeOrder, PledgeReleaseOrder} from "./ActTypes.sol";
import {IModule} from "./IModule.sol";
import {IPledgeBook, PledgeRecord} from "./IPledgeBook.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title Pledges: three acts at once, ranks, release, assignment, default, sale.
/// @notice A pledge takes effect in one transaction in which holder and pledgee sign (endorsement and delivery)
/// and the operator's attester countersigns in the quorum, with the digest of the filing. Its id is the first
/// eight bytes of the order's hash. Nothing here gives goods to a pledgee: they are sold, and what is left over
/// belongs to the pledgor.
///
/// The same contract, at the same address, also answers IPledgeCourse.
interface IPledge is IModule, IPledgeBook {
    /// @notice Pledge a receipt. Signed by holder and pledgee, and for a junior pledge by the first pledgee;
    /// attested.
    function pledge(
        PledgeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        bytes calldata seniorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice End a pledge on one receipt. Signed by its pledgee. Juniors move up by one.
    function release(PledgeReleaseOrder calldata order, bytes calldata pledgeeSignature) external;

    /// @notice A pledge; all zero if there is none.
    function pledgeOf(uint64 pledgeId) external view returns (PledgeRecord memory);

    /// @notice Pledges on a receipt by rank.
    function pledgesOn(uint256 receiptId) external view returns (uint64[] memory);
}
