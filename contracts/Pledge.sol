// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PledgeAssignOrder, PledgedTransferOrder, PledgeOrder, PledgeReleaseOrder} from "./interfaces/ActTypes.sol";
import {IPledge, PledgeRecord} from "./interfaces/IPledge.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {Foreclosure} from "./Foreclosure.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Pledges, from the three acts that make one to its release.
contract Pledge is Foreclosure {
    using Slots for uint256;

    uint16 private constant MOST_LTV_BPS = 10_000;

    /// @param receipts_ The receipt contract.
    constructor(address receipts_) Module(receipts_) {}

    /// @inheritdoc IPledge
    function pledge(
        PledgeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        bytes calldata seniorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint32 holder, uint32 pledgee) = (order.holder, order.pledgee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(ActHash.PLEDGE_ORDER, start, 12);
        uint256 word = RECEIPTS.addPledge(order.receiptId, order.seq, pledgee);
        _enter(order, word, uint64(bytes8(orderHash)));
        _requireHolder(order.receiptId, word, holder);
        if (holder == pledgee) revert PledgeeIsParty(pledgee);
        _requireBoth(holder, pledgee, orderHash, holderSignature, pledgeeSignature);
        if (word.pledgesOf() != 0) _requireSigned(word.firstPledgeeOf(), orderHash, seniorSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, pledgee, pledgee);
    }

    /// @inheritdoc IPledge
    function release(PledgeReleaseOrder calldata order, bytes calldata pledgeeSignature) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 pledgeId, uint32 pledgee) = (order.receiptId, order.pledgeId, order.pledgee);
        (PledgeRecord memory found, uint256 ranks, uint256 at) = _own(receiptId, pledgeId, pledgee);
        uint256 rest = _without(ranks, at);
        _ranks[receiptId] = rest;
        uint32 first = rest == 0 ? 0 : _pledges[uint64(rest)].pledgee;
        RECEIPTS.setPledges(receiptId, order.seq, _count(rest), first);
        _uncover(pledgeId, found);
        emit PledgeReleased(receiptId, pledgeId, pledgee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(pledgee, ActHash.ofWords(ActHash.PLEDGE_RELEASE_ORDER, start, 5), pledgeeSignature);
    }

    /// @inheritdoc IPledge
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

    /// @inheritdoc IPledge
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

    /// @dev Write the pledge down behind those the receipt has.
    function _enter(PledgeOrder calldata order, uint256 word, uint64 pledgeId) private {
        (uint256 receiptId, uint64 amountMinor, uint40 maturity) = (order.receiptId, order.amountMinor, order.maturity);
        (uint16 ltvBps, uint24 cureS, bytes3 currency) = (order.ltvBps, order.cureS, order.currency);
        bool sound = amountMinor != 0 && maturity > block.timestamp && cureS != 0;
        if (!sound || ltvBps == 0 || ltvBps > MOST_LTV_BPS) revert PledgeTerms(amountMinor, maturity, ltvBps, cureS);
        if (pledgeId == 0 || _pledges[pledgeId].receipts != 0) revert PledgeExists(pledgeId);
        uint256 held = word.pledgesOf();
        if (held == RANKS || order.rank != held + 1) revert RankNotNext(receiptId, order.rank, held + 1);
        uint256 ranks = held == 0 ? 0 : _ranks[receiptId];
        if (ranks != 0 && _pledges[uint64(ranks)].currency != currency) {
            revert CurrencyDiffers(receiptId, currency, _pledges[uint64(ranks)].currency);
        }
        _ranks[receiptId] = ranks | uint256(pledgeId) << 64 * held;
        _pledges[pledgeId] = PledgeRecord(order.pledgee, amountMinor, currency, maturity, ltvBps, cureS, 0, 1);
        emit Pledged(
            receiptId,
            pledgeId,
            order.pledgee,
            order.holder,
            order.rank,
            amountMinor,
            currency,
            maturity,
            ltvBps,
            cureS,
            order.filingDigest
        );
    }
}
