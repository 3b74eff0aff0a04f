// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, Successor} from "./ActTypes.sol";

/// @title What modules may ask of the receipt contract, each with a right of its own.
/// @notice A module checks who has signed. The receipt contract itself holds what no module may break: grams
/// are conserved, encumbrances are kept, burned ids stay burned, a frozen, suspended or expired receipt stands
/// still, and a pledged one changes only with its first pledgee's signature. That signature is over the
/// module's own order, in the EIP-712 domain of the module that calls.
interface IReceiptPrimitives {
    /// @notice Burn receipts and let others take their place: merger, correction, replacement.
    /// @param olds Live receipts, alike in holder, operator, kind, lot, pledges and liens.
    /// @param news What takes their place, with the same grams in sum.
    /// @param orderHash EIP-712 hashStruct of the order the pledgee signed, if the receipts are pledged.
    /// @param consent The first pledgee's signature, or nothing.
    /// @return word First storage slot of the first old receipt as it was.
    /// @return expiresAt Earliest expiry of the old receipts.
    function replaceReceipts(
        ReceiptRef[] calldata olds,
        Successor[] calldata news,
        bytes32 orderHash,
        bytes calldata consent
    ) external returns (uint256 word, uint40 expiresAt);

    /// @notice Let parts of a receipt stand for themselves. It stands for the rest; without a rest it is burned.
    /// @param parts New receipts, with its encumbrances and no more grams in sum than it has.
    /// @param orderHash EIP-712 hashStruct of the order the pledgee signed, if the receipt is pledged.
    /// @param consent The first pledgee's signature, or nothing.
    /// @return word First storage slot of the receipt as it was.
    /// @return restG Grams it stands for now.
    function splitReceipt(
        uint256 receiptId,
        uint32 seq,
        Successor[] calldata parts,
        bytes32 orderHash,
        bytes calldata consent
    ) external returns (uint256 word, uint64 restG);

    /// @notice Let goods go out: a part, so that the receipt stands for the rest, or all, which burns it.
    /// @return word First storage slot of the receipt as it was.
    function reduceReceipt(
        uint256 receiptId,
        uint32 seq,
        uint64 quantityG,
        bytes32 orderHash,
        bytes calldata consent
    ) external returns (uint256 word);

    /// @notice Give a pledged receipt to another member; its pledges stay.
    /// @return word First storage slot of the receipt as it was.
    function moveReceipt(
        uint256 receiptId,
        uint32 seq,
        uint32 to,
        bytes32 orderHash,
        bytes calldata consent
    ) external returns (uint256 word);

    /// @notice Take one pledge or all off a pledged receipt, or none, and say whose is the first now.
    /// @return word First storage slot of the receipt as it was.
    function setPledges(uint256 receiptId, uint32 seq, uint8 pledges, uint32 firstPledgee)
        external
        returns (uint256 word);

    /// @notice Take one court case off a receipt, and say which is in force now; zero if none is left.
    /// @return word First storage slot of the receipt as it was.
    function dropFreeze(uint256 receiptId, uint24 freezeCase) external returns (uint256 word);

    /// @notice Say how many liens are asserted on a receipt that is not burned, and the rank of
    /// agreed storage fees: 1 before its pledges, 2 behind them, 0 if none are agreed.
    /// @dev Takes no `seq`, and counts one: a holder's order must not outrun the keeper's lien.
    /// @return word First storage slot of the receipt as it was.
    function setLiens(uint256 receiptId, uint8 liens, uint8 lienTerms) external returns (uint256 word);

    /// @notice Lower all receipts of a lot whose goods were found short, each in proportion.
    /// @dev Each keeps the whole grams of its share of what is left; grams that are left over by this rounding
    /// go one each to the first receipts in order. Encumbrances stay and do not hinder: the goods are gone.
    /// @param receipts All that stand for the lot's goods, all suspended, ascending by id.
    /// @param shortG What is missing of what they stand for.
    /// @return words First storage slots of the receipts as they were.
    function writeDown(bytes24 lotId, ReceiptRef[] calldata receipts, uint64 shortG)
        external
        returns (uint256[] memory words);

    /// @notice Stop a live receipt because its document or keys are lost or in other hands, or let it go on.
    /// @dev Stopped this way it is suspended, and attesters' reinstatement does not end it.
    /// @return word First storage slot of the receipt as it was.
    function setNotice(uint256 receiptId, uint32 seq, bool stands) external returns (uint256 word);

    /// @notice Burn a free receipt because its goods leave this register, for paper or another one.
    /// @return word First storage slot of the receipt as it was.
    function retireReceipt(uint256 receiptId, uint32 seq) external returns (uint256 word);
}

/// @title Pledges and freezes, as the modules that keep them put them on a receipt.
interface IReceiptEncumbrances {
    /// @notice Put one more pledge on a receipt, behind those it has. One that stands still takes none.
    /// @return word First storage slot of the receipt as it was.
    function addPledge(uint256 receiptId, uint32 seq, uint32 pledgee) external returns (uint256 word);

    /// @notice Take one pledge off a pledged receipt, and say how many are left and whose is the first of them.
    /// @dev Called by the act with a gas budget; its name gives it a selector that is found early.
    /// @param pledgeId The module's name for it, for the log.
    /// @param pledgee Who gave it up, for the log.
    function releasePledge(
        uint256 receiptId,
        uint32 seq,
        uint64 pledgeId,
        uint8 pledges,
        uint32 firstPledgee,
        uint32 pledgee
    ) external;

    /// @notice Put one more court case on a receipt; it is in force if it is the only one.
    /// @dev Takes no `seq`: a holder's order must not outrun a court's.
    /// @return word First storage slot of the receipt as it was.
    function addFreeze(uint256 receiptId, uint24 freezeCase) external returns (uint256 word);
}

/// @title All that modules may ask of the receipt contract.
interface IReceiptModules is IReceiptPrimitives, IReceiptEncumbrances {}
