// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IModule} from "./IModule.sol";
import {ShortageOrder} from "./LossTypes.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title Shortages: the receipts of a lot bear what is missing, each in proportion.
/// @notice Holders of fungible goods that lie together own them in common, so nobody is served first. All
/// receipts of the lot must be suspended, whatever burdens them; afterwards they are reinstated as usual. The
/// operator owes the holders what is missing: nothing here discharges it.
interface IShortage is IModule {
    /// @notice A lot was found short; ReceiptWrittenDown says what each receipt bears.
    event ShortageShared(
        bytes24 indexed lotId, uint32 indexed operator, uint64 shortG, uint64 liveG, uint256 receipts
    );

    /// @notice Lower all receipts of a lot. Attested by a full quorum, the operator's attester among it and no
    /// attester of a holder's or a pledgee's.
    function writeDown(
        ShortageOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;
}
