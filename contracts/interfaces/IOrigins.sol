// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IModule} from "./IModule.sol";
import {OriginOrder} from "./OriginTypes.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title What another contract may ask of the register of origins.
interface IOriginRegister {
    /// @notice Use a paper receipt's digest for a lot.
    /// @dev For modules with RIGHT_RETIRE, in the transaction in which the paper is surrendered.
    function registerPaper(bytes32 paperDigest, bytes24 lotId, uint32 operator) external;
}

/// @title Register of digests that may be used once: bills of lading, paper receipts, fingerprints of goods.
/// @notice A bill of lading and a paper receipt are titles of their own: they die here before a receipt is
/// issued on their goods. A fingerprint says that these goods are receipted here; another registry that
/// computes it from the same goods finds it (`originOf`). What was used is used for ever.
interface IOrigins is IModule, IOriginRegister {
    /// @notice A digest was used for a lot.
    event OriginRegistered(
        uint8 indexed kind, bytes32 indexed originDigest, bytes24 indexed lotId, uint32 operator
    );

    /// @notice Neither a bill of lading (1), nor a paper receipt (2), nor the fingerprint of goods (3).
    error UnknownOriginKind(uint8 kind);
    /// @notice A paper receipt is surrendered to ReceiptMedium, which knows what it stands for.
    error PaperIsSurrendered(bytes32 originDigest);
    /// @notice Neither digest nor lot may be zero.
    error OriginIncomplete(uint8 kind, bytes32 originDigest, bytes24 lotId);
    /// @notice The digest was used already, for this lot or another one.
    error OriginTaken(uint8 kind, bytes32 originDigest, bytes24 lotId);
    /// @notice Another title to the goods must die before receipts are issued on their lot.
    error LotIssuedBefore(bytes24 lotId);

    /// @notice Use a bill of lading or a fingerprint for a lot. Signed by whoever surrenders the bill or brings
    /// the goods; attested.
    function register(
        OriginOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice The lot a digest was used for, or zero.
    function originOf(uint8 kind, bytes32 originDigest) external view returns (bytes24);
}
