// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ISubstitution} from "./interfaces/ISubstitution.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {PledgeSubstituteOrder} from "./interfaces/ValueTypes.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Slots} from "./libraries/Slots.sol";
import {ValueHash} from "./libraries/ValueHash.sol";
import {PledgeValue} from "./PledgeValue.sol";

/// @title Other goods under the same pledges.
abstract contract Substitution is PledgeValue, ISubstitution {
    using Slots for uint256;

    /// @inheritdoc ISubstitution
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
    ) external {
        _refuseLate(order.deadline);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(ValueHash.PLEDGE_SUBSTITUTE_ORDER, start, 11);
        uint256 word = _substitute(order);
        _requireBoth(order.holder, order.pledgee, orderHash, holderSignature, pledgeeSignature);
        if (order.second != 0) _requireSigned(order.second, orderHash, secondSignature);
        if (order.third != 0) _requireSigned(order.third, orderHash, thirdSignature);
        if (order.fourth != 0) _requireSigned(order.fourth, orderHash, fourthSignature);
        (uint256 signers, uint256 filter) =
            _attestFull(orderHash, word.operatorOf(), attestation, committee, signatures);
        _refuseParties(order, committee.attesters, signers, filter);
    }

    /// @dev No attester of the holder or of a pledgee is among the signers. Of member 0 there is none.
    function _refuseParties(
        PledgeSubstituteOrder calldata order,
        bytes32[] calldata attesters,
        uint256 signers,
        uint256 filter
    ) private pure {
        Quorum.refuseParty(attesters, signers, filter, order.holder);
        Quorum.refuseParty(attesters, signers, filter, order.pledgee);
        Quorum.refuseParty(attesters, signers, filter, order.second);
        Quorum.refuseParty(attesters, signers, filter, order.third);
        Quorum.refuseParty(attesters, signers, filter, order.fourth);
    }

    /// @dev New in, both valued while the pledges are on both, old out. Answers the old one's word as it was.
    function _substitute(PledgeSubstituteOrder calldata order) private returns (uint256 old) {
        (uint256 receiptId, uint256 releasedId) = (order.receiptId, order.releasedId);
        uint256 ranks = _ranks[releasedId];
        if (ranks == 0) revert ReceiptNotPledged(releasedId);
        uint256 word = _cover(order, ranks);
        _ranks[receiptId] = ranks;
        (uint64 valueMinor, uint64 floorMinor) = _requireWorth(receiptId, releasedId);
        old = RECEIPTS.setPledges(releasedId, order.releasedSeq, 0, 0);
        delete _ranks[releasedId];
        _requireHolder(releasedId, old, order.holder);
        _requireHolder(receiptId, word, order.holder);
        if (word.operatorOf() != old.operatorOf()) {
            revert OperatorDiffers(receiptId, old.operatorOf(), word.operatorOf());
        }
        if (word.kindOf() != old.kindOf()) revert ReceiptsDiffer(receiptId, releasedId);
        if (word.expiresAtOf() < old.expiresAtOf()) {
            revert ExpiresSooner(receiptId, word.expiresAtOf(), old.expiresAtOf());
        }
        emit PledgesSubstituted(receiptId, releasedId, ranks, valueMinor, floorMinor, order.filingDigest);
    }

    /// @dev Put every pledge on the receipt that comes in, which must be free. Answers its word as it was.
    function _cover(PledgeSubstituteOrder calldata order, uint256 ranks) private returns (uint256 word) {
        uint32[4] memory named = [order.pledgee, order.second, order.third, order.fourth];
        uint256 receiptId = order.receiptId;
        for (uint32 i = 0; i < RANKS; ++i) {
            uint64 pledgeId = uint64(ranks >> 64 * i);
            uint32 pledgee = _pledges[pledgeId].pledgee;
            if (named[i] != pledgee) revert WrongPledgee(pledgeId, named[i], pledgee);
            if (pledgeId == 0) continue;
            uint256 was = RECEIPTS.addPledge(receiptId, order.seq + i, pledgee);
            if (i == 0) word = was;
        }
        if (word.lienTermsOf() != 0) revert SubstituteBearsFees(receiptId);
        if (word.isEncumbered()) {
            revert ReceiptEncumbered(receiptId, word.pledgesOf(), word.liensOf(), word.freezesOf());
        }
    }

    function _requireWorth(uint256 receiptId, uint256 releasedId)
        private
        view
        returns (uint64 valueMinor, uint64 floorMinor)
    {
        bytes3 currency;
        bytes3 old;
        (valueMinor, currency) = VALUATION.valueOf(receiptId);
        (floorMinor, old) = VALUATION.valueOf(releasedId);
        if (currency != old) revert CurrencyDiffers(receiptId, currency, old);
        if (valueMinor < floorMinor) revert ValueBelowFloor(receiptId, valueMinor, floorMinor);
    }
}
