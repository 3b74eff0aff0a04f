// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    PledgeAssignOrder,
    PledgedTransferOrder,
    ReceiptRef,
    RIGHT_REPLACE,
    Successor
} from "./interfaces/ActTypes.sol";
import {PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {IPledgeCourse} from "./interfaces/IPledgeCourse.sol";
import {IReceiptFollower} from "./interfaces/IReceiptFollower.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {Foreclosure} from "./Foreclosure.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";
import {PledgeBook} from "./PledgeBook.sol";
import {PledgeValue} from "./PledgeValue.sol";
import {Substitution} from "./Substitution.sol";
import {TwoPieces} from "./TwoPieces.sol";

/// @title The pledge module's other piece of code: what may happen between a pledge's making and its release.
/// @dev Runs in Pledge's storage and under its address (delegatecall), so its EIP-712 domain is Pledge's. Called
/// directly it finds no pledges and has no rights.
contract PledgeCourse is Foreclosure, Substitution, TwoPieces {
    using Slots for uint256;

    /// @param receipts_ The receipt contract.
    /// @param valuation_ What knows what goods are worth.
    /// @param lien The module that keeps storage terms, whose lien a sale settles.
    /// @param bonds The module's third piece of code, for what this one does not know.
    constructor(address receipts_, address valuation_, address lien, address bonds)
        Module(receipts_)
        PledgeBook(lien)
        PledgeValue(valuation_)
        TwoPieces(bonds)
    {}

    /// @inheritdoc IReceiptFollower
    function follow(ReceiptRef[] calldata olds, Successor[] calldata news) external {
        uint16 rights = CONSORTIUM.permissions(msg.sender);
        if (rights & RIGHT_REPLACE == 0) revert ModuleLacksRight(msg.sender, RIGHT_REPLACE, rights);
        uint256 ranks = _ranks[olds[0].receiptId];
        for (uint256 i = 0; i < olds.length; ++i) {
            uint256 receiptId = olds[i].receiptId;
            if (_ranks[receiptId] != ranks) revert PledgesDiffer(olds[0].receiptId, receiptId);
            for (uint256 j = 0; j < news.length; ++j) {
                emit PledgesFollowed(receiptId, news[j].receiptId, ranks);
            }
        }
        for (uint256 i = 0; i < olds.length; ++i) delete _ranks[olds[i].receiptId];
        for (uint256 j = 0; j < news.length; ++j) _ranks[news[j].receiptId] = ranks;
        for (; ranks != 0; ranks >>= 64) {
            PledgeRecord storage stored = _pledges[uint64(ranks)];
            uint256 count = stored.receipts + news.length - olds.length;
            if (count > type(uint16).max) revert PledgeCoversOthers(uint64(ranks), stored.receipts);
            stored.receipts = uint16(count);
        }
    }

    /// @inheritdoc IPledgeCourse
    function assign(
        PledgeAssignOrder calldata order,
        bytes calldata pledgeeSignature,
        bytes calldata assigneeSignature
    ) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 pledgeId) = (order.receiptId, order.pledgeId);
        (uint32 pledgee, uint32 assignee) = (order.pledgee, order.assignee);
        (PledgeRecord memory found, uint256 ranks, uint256 at) = _own(receiptId, pledgeId, pledgee);
        if (found.receipts != 1) revert PledgeCoversOthers(pledgeId, found.receipts);
        uint32 first = at == 0 ? assignee : _pledges[uint64(ranks)].pledgee;
        uint256 word = RECEIPTS.setPledges(receiptId, order.seq, _count(ranks), first);
        if (assignee == word.holderOf() || assignee == pledgee) revert PledgeeIsParty(assignee);
        _pledges[pledgeId].pledgee = assignee;
        emit PledgeAssigned(pledgeId, pledgee, assignee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(ActHash.PLEDGE_ASSIGN_ORDER, start, 6);
        _requireBoth(pledgee, assignee, orderHash, pledgeeSignature, assigneeSignature);
    }

    /// @inheritdoc IPledgeCourse
    function transferPledged(
        PledgedTransferOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata transfereeSignature,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint32 holder, uint32 transferee) = (order.receiptId, order.holder, order.transferee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(ActHash.PLEDGED_TRANSFER_ORDER, start, 6);
        uint256 word = RECEIPTS.moveReceipt(receiptId, order.seq, transferee, orderHash, pledgeeSignature);
        _requireHolder(receiptId, word, holder);
        if (word.firstPledgeeOf() != order.pledgee) {
            revert NotFirstRank(receiptId, order.pledgee, word.firstPledgeeOf());
        }
        for (uint256 ranks = _ranks[receiptId]; ranks != 0; ranks >>= 64) {
            if (_pledges[uint64(ranks)].pledgee == transferee) revert PledgeeIsParty(transferee);
        }
        _requireBoth(holder, transferee, orderHash, holderSignature, transfereeSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, transferee, order.pledgee);
    }
}
