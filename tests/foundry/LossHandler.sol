// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef} from "contracts/interfaces/ActTypes.sol";
import {IReplacement} from "contracts/interfaces/IReplacement.sol";
import {IShortage} from "contracts/interfaces/IShortage.sol";
import {
    LossNoticeOrder,
    LossWithdrawalOrder,
    ReplacementOrder,
    ShortageOrder
} from "contracts/interfaces/LossTypes.sol";
import {STATUS_LIVE, STATUS_REPLACED, STATUS_SUSPENDED} from "contracts/interfaces/Types.sol";
import {BondHandler} from "./BondHandler.sol";
import {Spoil} from "./Desk.sol";
import {Proof} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Lost receipts and their replacement; goods found short.
abstract contract LossHandler is BondHandler {
    function noticeLoss(uint256 seed) external timely {
        uint256 id = _pick(seed, LIVE | CONSENTED);
        Paper storage paper = papers[id];
        if (inactive[paper.holder] && spoil != Spoil.IDLE_PARTY) _skip();
        LossNoticeOrder memory order = LossNoticeOrder(
            id,
            paper.holder,
            uint8(1 + _roll(seed, 130, 2)),
            uint24(7 days + _roll(seed, 131, 10 days)),
            _seq(paper.seq),
            _deadline()
        );
        if (_spoils(Spoil.UNFAIR)) order.noticeS = uint24(7 days - 1); // too short for anybody to object
        bytes32 orderHash = keccak256(abi.encode(Typed.NOTICE, order));
        bytes memory holderSignature = _sign(replacement, order.holder, orderHash);
        bytes memory consent = _consent(replacement, _firstPledgee(paper), orderHash);
        Proof memory proof =
            _prove(replacement, orderHash, paper.operator, [order.holder, _firstPledgee(paper), 0], seed);
        _send(
            replacement,
            abi.encodeCall(
                IReplacement.noticeLoss,
                (order, holderSignature, consent, proof.attestation, proof.committee, proof.signatures)
            )
        );
        paper.status = STATUS_SUSPENDED;
        paper.noticeUntil = uint40(clock + order.noticeS);
        _count(id);
    }

    function withdrawNotice(uint256 seed) external timely {
        uint256 id = _pick(seed, NOTICED);
        Paper storage paper = papers[id];
        if (_roll(seed, 132, 2) == 0 && spoil == Spoil.NOTHING) _skip();
        LossWithdrawalOrder memory order =
            LossWithdrawalOrder(id, paper.holder, _seq(paper.seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.WITHDRAWAL, order));
        bytes memory holderSignature = _sign(replacement, order.holder, orderHash);
        Proof memory proof = _prove(replacement, orderHash, paper.operator, [order.holder, 0, 0], seed);
        _send(
            replacement,
            abi.encodeCall(
                IReplacement.withdrawNotice,
                (order, holderSignature, proof.attestation, proof.committee, proof.signatures)
            )
        );
        _endNotice(id);
    }

    /// @notice The old receipt dies, then the new one lives; waits until the notice has run.
    function replaceLost(uint256 seed) external timely {
        uint256 id = _pick(seed, NOTICED | CONSENTED);
        Paper storage paper = papers[id];
        if (inactive[paper.holder] && spoil != Spoil.IDLE_PARTY) _skip();
        if (clock < paper.noticeUntil && !_spoils(Spoil.UNFAIR)) _pass(paper.noticeUntil - clock);
        uint40 expiresAt = paper.expiresAt;
        if (clock > expiresAt || _roll(seed, 133, 2) == 0) expiresAt = uint40(clock + 100 days + paper.expiresAt % 7);
        if (expiresAt < paper.expiresAt) expiresAt = paper.expiresAt;
        ReplacementOrder memory order = ReplacementOrder(
            id, _newId(), paper.holder, _seq(paper.seq), paper.grams, expiresAt, _deadline()
        );
        bytes32 orderHash = keccak256(abi.encode(Typed.REPLACEMENT, order));
        bytes memory holderSignature = _sign(replacement, order.holder, orderHash);
        bytes memory consent = _consent(replacement, _firstPledgee(paper), orderHash);
        Proof memory proof =
            _prove(replacement, orderHash, paper.operator, [order.holder, _firstPledgee(paper), 0], seed);
        _send(
            replacement,
            abi.encodeCall(
                IReplacement.replaceLost,
                (order, holderSignature, consent, proof.attestation, proof.committee, proof.signatures)
            )
        );
        ++paper.seq; // the notice ends and the receipt dies: two orders
        _succeed(order.successorId, id, order.quantityG, expiresAt);
        _bury(id, STATUS_REPLACED);
    }

    /// @notice Anyone ends a notice that was not used within a month.
    function lapseNotice(uint256 seed) external timely {
        uint256 id = _pick(seed, NOTICED);
        Paper storage paper = papers[id];
        if (paper.noticeUntil == 0) _skip();
        uint256 lapsesAt = uint256(paper.noticeUntil) + 30 days;
        if (clock <= lapsesAt && !_spoils(Spoil.UNFAIR)) {
            if (_roll(seed, 134, 4) != 0) _skip();
            _pass(lapsesAt + 1 - clock);
        }
        (bool done, bytes memory answer) = replacement.call(abi.encodeCall(IReplacement.lapseNotice, (id)));
        if (!done) revert Refused(spoiled, answer);
        _endNotice(id);
    }

    /// @notice All receipts of a lot are suspended and bear what is missing, each in proportion.
    function shareShortage(uint256 seed) external timely {
        bytes24 lotId = papers[_pick(seed, 0)].lotId;
        uint256[] memory ids = _ofLot(lotId);
        if (ids.length == 0 || ids.length > 6) _skip();
        Spoil wanted = spoil;
        spoil = Spoil.NOTHING;
        for (uint256 i = 0; i < ids.length; ++i) {
            if (papers[ids[i]].status == STATUS_LIVE) _suspend(ids[i], seed);
        }
        spoil = wanted;
        (ShortageOrder memory order, uint64[] memory rests) = _shortage(seed, lotId, ids);
        bytes32 orderHash = Typed.ofShortage(order);
        uint32 party = _hasBank(ids) ? BANK : 0;
        Proof memory proof = _prove(shortage, orderHash, order.operator, [party, 0, 0], seed);
        _send(
            shortage,
            abi.encodeCall(
                IShortage.writeDown, (order, proof.attestation, proof.committee, proof.signatures)
            )
        );
        sums[lotId].lostG += order.shortG;
        sums[lotId].attestedG -= order.shortG;
        for (uint256 i = 0; i < ids.length; ++i) {
            papers[ids[i]].grams = rests[i];
            _count(ids[i]);
        }
    }

    function _endNotice(uint256 id) private {
        papers[id].status = STATUS_LIVE;
        papers[id].noticeUntil = 0;
        _count(id);
    }

    /// @dev What each of a lot's receipts keeps: its share of what is left, rounded down; the grams that this
    /// leaves over go one each to the first.
    function _shortage(uint256 seed, bytes24 lotId, uint256[] memory ids)
        private
        returns (ShortageOrder memory order, uint64[] memory rests)
    {
        uint256 wholeG = 0;
        for (uint256 i = 0; i < ids.length; ++i) wholeG += papers[ids[i]].grams;
        if (wholeG < 2 * ids.length) _skip();
        order.lotId = lotId;
        order.operator = sums[lotId].operator;
        order.shortG = uint64(1 + _roll(seed, 135, wholeG / 2));
        order.receipts = new ReceiptRef[](ids.length);
        order.deadline = _deadline();
        rests = new uint64[](ids.length);
        uint256 leftG = wholeG - order.shortG;
        uint256 overG = leftG;
        for (uint256 i = 0; i < ids.length; ++i) {
            order.receipts[i] = ReceiptRef(ids[i], _seq(papers[ids[i]].seq));
            rests[i] = uint64(papers[ids[i]].grams * leftG / wholeG);
            overG -= rests[i];
        }
        for (uint256 i = 0; i < overG; ++i) ++rests[i];
        for (uint256 i = 0; i < ids.length; ++i) if (rests[i] == 0) _skip();
        if (ids.length > 1 && _spoils(Spoil.UNFAIR)) {
            if (spoilAt % 2 == 0) order.receipts[1] = order.receipts[0]; // one is left out
            else order.shortG = uint64(wholeG); // nothing would be left
        }
    }

    /// @dev Unburned receipts of a lot, ascending by id.
    function _ofLot(bytes24 lotId) private view returns (uint256[] memory ids) {
        uint256 count = 0;
        for (uint256 i = 0; i < live.length; ++i) if (papers[live[i]].lotId == lotId) ++count;
        ids = new uint256[](count);
        count = 0;
        for (uint256 i = 0; i < live.length; ++i) {
            if (papers[live[i]].lotId != lotId) continue;
            uint256 at = count++;
            for (; at > 0 && ids[at - 1] > live[i]; --at) ids[at] = ids[at - 1];
            ids[at] = live[i];
        }
    }

    /// @dev Whether the one bank with an attester holds one of the receipts or has a pledge on it.
    function _hasBank(uint256[] memory ids) private view returns (bool) {
        for (uint256 i = 0; i < ids.length; ++i) {
            Paper storage paper = papers[ids[i]];
            if (paper.holder == BANK) return true;
            for (uint256 j = 0; j < paper.pledges.length; ++j) {
                if (debts[paper.pledges[j]].pledgee == BANK) return true;
            }
        }
        return false;
    }
}
