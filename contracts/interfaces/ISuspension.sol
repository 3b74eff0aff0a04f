// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Attestation, Committee, ReinstateOrder, SuspendOrder} from "./Types.sol";

/// @title Orders of nobody's: attesters stop a receipt whose goods and claim disagree, and let it go on.
/// @notice The receipt contract takes them in its own EIP-712 domain, like all of IWarehouseReceipt.
interface ISuspension {
    /// @notice Stop a receipt. Two attesters of different members suffice, an inspector's or a bank's among
    /// them; the operator's is not needed.
    function suspend(
        SuspendOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Let a suspended receipt move again; needs the full quorum.
    function reinstate(
        ReinstateOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;
}
