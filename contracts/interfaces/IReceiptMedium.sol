// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IModule} from "./IModule.sol";
import {ElectronicOrder, Paper, PaperOrder} from "./OriginTypes.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title Change of medium: paper for an electronic receipt, an electronic one for paper, never both (MLETR 17, 18).
/// @notice Whoever is shown a paper receipt asks `paperOf` by its digest: it is good only while it is operative.
/// The digest is of what identifies the paper (operator and number), not of a picture of it.
interface IReceiptMedium is IModule {
    /// @notice An electronic receipt died and a paper one took its place.
    event PutOnPaper(
        uint256 indexed receiptId, bytes32 indexed paperDigest, uint32 indexed operator, uint64 quantityG
    );
    /// @notice A paper receipt died; an electronic one may be issued on the lot.
    event PaperSurrendered(
        bytes32 indexed paperDigest, bytes24 indexed lotId, uint32 indexed operator, uint32 holder, uint64 quantityG
    );

    /// @notice No paper without a digest.
    error PaperDigestZero();
    /// @notice The paper's digest is known already; each paper is given out once and surrendered once.
    error PaperKnown(bytes32 paperDigest, uint8 state);
    /// @notice The paper stands for less.
    error PaperExceeded(bytes32 paperDigest, uint64 given, uint64 quantityG);

    /// @notice Retire a free receipt and put paper in its place. Signed by holder and operator; attested.
    function toPaper(
        PaperOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Take a paper receipt back, once, before a receipt is issued on a new lot. Signed by whoever
    /// surrenders it and by the operator; attested.
    function toElectronic(
        ElectronicOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice A paper receipt; all zero if this register never heard of it.
    function paperOf(bytes32 paperDigest) external view returns (Paper memory);

    /// @notice The paper that took an electronic receipt's place, or zero.
    function paperFor(uint256 receiptId) external view returns (bytes32);
}
