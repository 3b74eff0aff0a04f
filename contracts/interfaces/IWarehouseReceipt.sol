// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAttested} from "./IAttested.sol";
import {IReceiptErrors} from "./IReceiptErrors.sol";
import {
    Attestation,
    Committee,
    DeliveryOrder,
    IssueOrder,
    Lot,
    Receipt,
    TransferOrder
} from "./Types.sol";

/// @title Warehouse receipts: title to goods that independent parties have found to be there.
/// @notice Reads like ERC-721 (`ownerOf` answers the account that acts for the holder now) and moves only by
/// signed orders. Anyone may submit an order; who submits has no say. Every act carries an attestation by a
/// quorum of the committee over fresh evidence.
///
/// `signatures` are the attesters', 64 bytes each (ERC-2098), ascending by account. The signature of a party
/// has 64 or 65 bytes, or is whatever the party's contract wallet accepts (ERC-1271).
///
/// The same contract, at the same address, also answers ISuspension and IReceiptModules.
interface IWarehouseReceipt is IReceiptErrors, IAttested {
    /// @notice A lot was attested for the first time.
    event LotAttested(bytes24 indexed lotId, uint32 indexed operator, uint64 quantityG);

    /// @notice A receipt came into being.
    event ReceiptIssued(
        uint256 indexed receiptId,
        bytes24 indexed lotId,
        uint32 indexed holder,
        uint32 operator,
        uint64 quantityG,
        uint8 kind,
        uint40 expiresAt
    );

    /// @notice Title went from one member to another. `seq` is the order's.
    event ReceiptTransferred(uint256 indexed receiptId, uint32 indexed from, uint32 indexed to, uint32 seq);

    /// @notice Goods and claim disagree; the receipt stands still.
    event ReceiptSuspended(uint256 indexed receiptId, uint8 reason, uint32 seq);

    /// @notice Goods and claim agree again.
    event ReceiptReinstated(uint256 indexed receiptId, uint32 seq);

    /// @notice The goods left; the receipt is burned for ever.
    event ReceiptDelivered(uint256 indexed receiptId, uint32 indexed holder, uint64 quantityG, uint32 seq);

    /// @notice Part of a receipt stands for itself from now on, and the receipt for the rest: the quantity in its
    /// document is history. Read by either id, it is the link both ways.
    event ReceiptSplitOff(uint256 indexed receiptId, uint256 indexed successorId, uint64 restG, uint32 seq);

    /// @notice A receipt was burned and lives on in a successor: one of several after a split without a rest, the
    /// only one after a merger or a correction. Read by either id, it is the link both ways.
    event ReceiptReplaced(uint256 indexed receiptId, uint256 indexed successorId, uint32 seq);

    /// @notice Part of the goods left; the receipt stands for the rest.
    event ReceiptReduced(uint256 indexed receiptId, uint32 indexed holder, uint64 deliveredG, uint64 restG, uint32 seq);

    /// @notice Pledges on the receipt, and whose is the first.
    event PledgesChanged(uint256 indexed receiptId, uint8 pledges, uint32 firstPledgee);

    /// @notice A pledge no longer covers the receipt; so many are left, and whose is the first of them.
    event PledgeReleased(
        uint256 indexed receiptId, uint64 indexed pledgeId, uint8 pledges, uint32 firstPledgee, uint32 pledgee
    );

    /// @notice Court cases on the receipt, and which is in force.
    event FreezesChanged(uint256 indexed receiptId, uint8 freezes, uint24 freezeCase);

    /// @notice Liens asserted on the receipt, and whether agreed storage fees outrank its pledges.
    event LiensChanged(uint256 indexed receiptId, uint8 liens, uint8 lienTerms);

    /// @notice The goods of a lot were found short; the receipt bears `shortG` of it and stands for `restG`.
    event ReceiptWrittenDown(
        uint256 indexed receiptId, bytes24 indexed lotId, uint64 shortG, uint64 restG, uint32 seq
    );

    /// @notice The receipt was burned here and its goods left this register, for paper or another one.
    event ReceiptRetired(
        uint256 indexed receiptId, bytes24 indexed lotId, uint32 indexed holder, uint64 quantityG, uint32 seq
    );

    /// @notice Issue one receipt, or many on the same lot under one quorum.
    /// @dev The first issue sets what is attested of the lot; later ones must state the same quantity.
    function issue(
        IssueOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Give a receipt to another member; final at once.
    function transfer(
        TransferOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata transfereeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Take the whole quantity out and burn the receipt.
    function deliver(
        DeliveryOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice The receipt; refused if it was never issued. A delivered one has no quantity and no lot left.
    function receiptOf(uint256 receiptId) external view returns (Receipt memory);

    /// @notice The lot; all zero if none was attested.
    function lotOf(bytes24 lotId) external view returns (Lot memory);

    /// @notice The consortium whose members hold and attest.
    function consortium() external view returns (address);

    /// @notice EIP-712 domain separator of this contract on this chain.
    function domainSeparator() external view returns (bytes32);
}
