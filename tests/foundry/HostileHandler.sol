// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, Successor} from "contracts/interfaces/ActTypes.sol";
import {ModuleOrder} from "contracts/interfaces/GovernanceTypes.sol";
import {IConsortium} from "contracts/interfaces/IConsortium.sol";
import {IReceiptEncumbrances, IReceiptPrimitives} from "contracts/interfaces/IReceiptPrimitives.sol";
import {CourtHandler} from "./CourtHandler.sol";
import {Spoil} from "./Desk.sol";
import {vm} from "./Vm.sol";

interface IToken {
    function transferFrom(address from, address to, uint256 id) external;
    function approve(address to, uint256 id) external;
}

/// @title Acts that are good but for one thing. Each must be refused, with a reason.
abstract contract HostileHandler is CourtHandler {

    /// @notice I5: a stranger signs in a party's place.
    function refuseForgedParty(uint256 seed) external timely {
        _try(seed, Spoil.PARTY, _signedAct(seed), 5);
    }

    /// @notice I5: no quorum, or not the right one.
    function refuseBadQuorum(uint256 seed) external timely {
        Spoil[7] memory kinds = [
            Spoil.TOO_FEW,
            Spoil.NO_OPERATOR,
            Spoil.OWN_CAUSE,
            Spoil.NO_ATTESTER,
            Spoil.TWICE,
            Spoil.DISORDER,
            Spoil.OTHER_EVIDENCE
        ];
        _try(seed, kinds[_roll(seed, 200, 7)], _attestedAct(seed), 5);
    }

    /// @notice I5: evidence that is old, of tomorrow or valid too long, or by another policy.
    function refuseStaleProof(uint256 seed) external timely {
        Spoil[4] memory kinds = [Spoil.STALE, Spoil.FUTURE, Spoil.TOO_LONG, Spoil.OTHER_POLICY];
        _try(seed, kinds[_roll(seed, 201, 4)], _attestedAct(seed), 5);
    }

    /// @notice I6: an attestation of another order or of the committee before.
    function refuseOtherProof(uint256 seed) external timely {
        Spoil what = _roll(seed, 202, 2) == 0 ? Spoil.OLD_EPOCH : Spoil.OTHER_ORDER;
        _try(seed, what, _attestedAct(seed), 6);
    }

    /// @notice I6: an order of the past or of the future.
    function refuseLateOrder(uint256 seed) external timely {
        Spoil what = _roll(seed, 203, 2) == 0 ? Spoil.LATE : Spoil.WRONG_SEQ;
        _try(seed, what, _signedAct(seed), 6);
    }

    /// @notice I6: the very bytes that were accepted before.
    function refuseReplay(uint256 seed) external timely {
        uint256 count = sentCount < sent.length ? sentCount : sent.length;
        if (count == 0) _skip();
        uint256 at = _roll(seed, 204, count);
        (bool done, bytes memory answer) = sent[at].target.call(sent[at].data);
        if (done) _breach(6, "an order was used twice");
        else _requireReason(answer);
    }

    /// @notice I5: a party that the consortium has suspended.
    function refuseIdleParty(uint256 seed) external timely {
        bool any = inactive[TRADER_2] || inactive[BANK_2] || inactive[BANK_3] || inactive[COURT_2];
        if (!any) _setStanding([TRADER_2, BANK_2, BANK_3, COURT_2][_roll(seed, 213, 4)], false);
        _try(seed, Spoil.IDLE_PARTY, _signedAct(seed), 5);
    }

    /// @notice I7: a burned receipt acts, or its id is given to another.
    function refuseBurned(uint256 seed) external timely {
        if (burned.length == 0) _skip();
        bytes4 act = _roll(seed, 214, 4) == 0 ? this.issue.selector : _signedAct(seed);
        // What storage has earned may be paid after the goods have left: the receipt does not change.
        if (act == this.acknowledge.selector) act = this.assertLien.selector;
        _try(seed, Spoil.BURNED, act, 7);
    }

    /// @notice I8: a pledged receipt moves and its pledgee has not signed.
    function refuseWithoutPledgee(uint256 seed) external timely {
        uint256 at = _roll(seed, 217, 14);
        bytes4 act = _movingAct(seed);
        if (at == 0) act = this.noticeLoss.selector;
        if (at == 1) act = this.replaceLost.selector;
        if (at == 2) act = this.agreeTerms.selector;
        if (at == 3) act = this.substitute.selector;
        _try(seed, Spoil.NO_CONSENT, act, 8);
    }

    /// @notice I10: a receipt that is suspended, frozen or expired moves, with all signatures.
    function refuseBound(uint256 seed) external timely {
        bytes4 act = _roll(seed, 215, 8) == 0 ? this.reinstate.selector : _movingAct(seed);
        bool extends = act == this.extend.selector || act == this.extendAlone.selector;
        if (extends) act = this.split.selector; // an expired receipt may be extended
        _try(seed, Spoil.BOUND, act, 10);
    }

    /// @notice I1, I3, I6, I9: grams, ranks or digests that do not add up, with all signatures.
    function refuseUnfair(uint256 seed) external timely {
        bytes4[13] memory some = [
            this.issue.selector,
            this.toElectronic.selector,
            this.deliver.selector,
            this.split.selector,
            this.merge.selector,
            this.correct.selector,
            this.deliverPart.selector,
            this.shareShortage.selector,
            this.toPaper.selector,
            this.registerOrigin.selector,
            this.pledgeOne.selector,
            this.issueBond.selector,
            this.deliverJointly.selector
        ];
        uint8[13] memory invariants = [1, 1, 3, 3, 3, 3, 3, 3, 6, 6, 9, 9, 3];
        uint256 at = _roll(seed, 205, 13);
        _try(seed, Spoil.UNFAIR, some[at], invariants[at]);
    }

    /// @notice I4, I6, I8, I10: too early, too much or to the wrong person, with all signatures.
    function refuseEarly(uint256 seed) external timely {
        bytes4[14] memory some = [
            this.extendAlone.selector,
            this.openCase.selector,
            this.lapse.selector,
            this.assertLien.selector,
            this.tender.selector,
            this.noticeDefault.selector,
            this.callMargin.selector,
            this.foreclose.selector,
            this.deliverBonded.selector,
            this.redeemBond.selector,
            this.substitute.selector,
            this.noticeLoss.selector,
            this.replaceLost.selector,
            this.lapseNotice.selector
        ];
        uint8[14] memory invariants = [5, 4, 4, 4, 6, 8, 8, 8, 8, 8, 8, 10, 10, 10];
        uint256 at = _roll(seed, 216, 19);
        if (at > 13) at = 7 + at % 2; // most of what can go wrong is in a sale, or a delivery under a bond
        _try(seed, Spoil.UNFAIR, some[at], invariants[at]);
    }

    /// @notice I4, I5: somebody without the right asks the receipt contract or the consortium itself.
    function refuseOutsider(uint256 seed) external timely {
        if (live.length == 0) _skip();
        uint256 id = live[_roll(seed, 206, live.length)];
        uint32 seq = papers[id].seq;
        address who = _outsider(seed, id);
        address target = receipts;
        bytes memory data;
        uint256 what = _roll(seed, 207, 18);
        if (what == 0) {
            data = abi.encodeCall(IReceiptEncumbrances.addPledge, (id, seq, BANK));
            if (who == pledge) who = court;
        } else if (what == 1) {
            data = abi.encodeCall(IReceiptEncumbrances.addFreeze, (id, 7));
            if (who == court) who = acts;
        } else if (what == 2) {
            data = abi.encodeCall(IReceiptPrimitives.setPledges, (id, seq, 0, 0));
            if (who == pledge) who = acts;
        } else if (what == 3) {
            data = abi.encodeCall(IReceiptPrimitives.dropFreeze, (id, 0));
            if (who == court) who = pledge;
        } else if (what == 4) {
            data = abi.encodeCall(IReceiptPrimitives.moveReceipt, (id, seq, TRADER, bytes32(seed), ""));
            if (who == pledge) who = acts;
        } else if (what == 5) {
            data = abi.encodeCall(IReceiptPrimitives.reduceReceipt, (id, seq, 1, bytes32(seed), ""));
            if (who == acts || who == pledge) who = court;
        } else if (what == 6) {
            data = _replacement(id, seq);
            if (who == acts) who = pledge;
        } else if (what < 10) {
            (target, data) = (consortium, _counting(what, papers[id].holder));
        } else if (what < 14) {
            (target, data) = (consortium, _governing(what, who));
        } else if (what == 14) {
            data = abi.encodeCall(IToken.transferFrom, (who, address(this), id));
        } else if (what == 15) {
            data = abi.encodeCall(IToken.approve, (address(this), id));
        } else if (what == 16) {
            data = abi.encodeCall(IReceiptPrimitives.setLiens, (id, 0, 0));
        } else {
            data = abi.encodeCall(IReceiptPrimitives.retireReceipt, (id, seq));
        }
        vm.prank(who);
        (bool done, bytes memory answer) = target.call(data);
        if (done) _breach(5, "an outsider was obeyed");
        else _requireReason(answer);
    }

    // --- inner steps ---

    /// @dev Let a handler try its act with one thing spoiled. What was not spoiled after all does not count.
    function _try(uint256 seed, Spoil what, bytes4 act, uint256 invariant) private {
        spoil = what;
        spoiled = false;
        spoilAt = _roll(seed, 208, what == Spoil.PARTY ? 3 : 1e6);
        signaturesMade = 0;
        (bool done, bytes memory answer) = address(this).call(abi.encodeWithSelector(act, seed));
        if (done) {
            if (!spoiled) _skip();
            _breach(invariant, bytes32(act));
        } else if (bytes4(answer) == Refused.selector) {
            (bool told, bytes memory reason) = _opened(answer);
            if (!told) _skip();
            _requireReason(reason);
        } else {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        spoil = Spoil.NOTHING;
        vm.warp(clock);
    }

    function _opened(bytes memory answer) private pure returns (bool told, bytes memory reason) {
        bytes memory rest = new bytes(answer.length - 4);
        for (uint256 i = 0; i < rest.length; i += 32) {
            assembly ("memory-safe") {
                mstore(add(add(rest, 32), i), mload(add(add(answer, 36), i)))
            }
        }
        return abi.decode(rest, (bool, bytes));
    }

    /// @dev Every refusal names its values: no panic, no empty answer, no bare text.
    function _requireReason(bytes memory reason) private {
        bytes4 kind = bytes4(reason);
        if (reason.length < 4 || kind == 0x4e487b71 || kind == 0x08c379a0) _breach(11, kind);
    }

    function _outsider(uint256 seed, uint256 id) private view returns (address) {
        address holder = IConsortium(consortium).accountOf(papers[id].holder);
        return [address(uint160(seed)), holder, ADMIN, REGISTRAR, pledge, acts, court][_roll(seed, 209, 7)];
    }

    function _replacement(uint256 id, uint32 seq) private view returns (bytes memory) {
        ReceiptRef[] memory olds = new ReceiptRef[](1);
        olds[0] = ReceiptRef(id, seq);
        Successor[] memory news = new Successor[](1);
        news[0] = Successor(id + 1, papers[id].grams, papers[id].expiresAt);
        return abi.encodeCall(IReceiptPrimitives.replaceReceipts, (olds, news, bytes32(id), ""));
    }

    function _counting(uint256 what, uint32 holder) private pure returns (bytes memory) {
        if (what == 7) return abi.encodeCall(IConsortium.countIssuedFor, (holder, 1));
        if (what == 8) return abi.encodeCall(IConsortium.movedFromTo, (holder, BANK));
        return abi.encodeCall(IConsortium.countOffFor, (holder));
    }

    function _governing(uint256 what, address who) private view returns (bytes memory) {
        if (what == 10) return abi.encodeCall(IConsortium.setMemberAccount, (IMPORTER, who));
        if (what == 11) return abi.encodeCall(IConsortium.setMemberRoles, (IMPORTER, 255));
        if (what == 12) {
            bytes32[] memory words = committee.attesters;
            return abi.encodeCall(IConsortium.setCommittee, (2, MAX_AGE_S, keccak256("none"), words));
        }
        ModuleOrder memory order = ModuleOrder(
            who, 255, who.codehash, IConsortium(consortium).moduleNumber(), uint64(clock + 1)
        );
        return abi.encodeCall(IConsortium.setModule, (order, committee, ""));
    }

    function _movingAct(uint256 seed) private pure returns (bytes4) {
        return [
            this.transfer.selector,
            this.deliver.selector,
            this.split.selector,
            this.merge.selector,
            this.correct.selector,
            this.extend.selector,
            this.extendAlone.selector,
            this.deliverPart.selector,
            this.pledgeOne.selector,
            this.transferPledged.selector,
            this.foreclose.selector,
            this.toPaper.selector,
            this.issueBond.selector,
            this.deliverJointly.selector,
            this.deliverBonded.selector
        ][_roll(seed, 210, 15)];
    }

    function _attestedAct(uint256 seed) private pure returns (bytes4) {
        bytes4[13] memory others = [
            this.issue.selector,
            this.suspend.selector,
            this.reinstate.selector,
            this.callMargin.selector,
            this.noticeLoss.selector,
            this.withdrawNotice.selector,
            this.replaceLost.selector,
            this.shareShortage.selector,
            this.toElectronic.selector,
            this.registerOrigin.selector,
            this.tender.selector,
            this.substitute.selector,
            this.redeemBond.selector
        ];
        uint256 at = _roll(seed, 211, 26);
        bytes4 act = at < 13 ? others[at] : _movingAct(seed);
        bool signedOnly = act == this.split.selector || act == this.merge.selector;
        return signedOnly ? this.transfer.selector : act;
    }

    function _signedAct(uint256 seed) private pure returns (bytes4) {
        bytes4[23] memory others = [
            this.suspend.selector,
            this.reinstate.selector,
            this.release.selector,
            this.assign.selector,
            this.noticeDefault.selector,
            this.callMargin.selector,
            this.cure.selector,
            this.openCase.selector,
            this.freeze.selector,
            this.unfreeze.selector,
            this.noticeLoss.selector,
            this.withdrawNotice.selector,
            this.replaceLost.selector,
            this.toElectronic.selector,
            this.registerOrigin.selector,
            this.agreeTerms.selector,
            this.assertLien.selector,
            this.acknowledge.selector,
            this.discharge.selector,
            this.tender.selector,
            this.postPrices.selector,
            this.substitute.selector,
            this.redeemBond.selector
        ];
        uint256 at = _roll(seed, 212, 42);
        return at < 23 ? others[at] : _movingAct(seed);
    }
}
