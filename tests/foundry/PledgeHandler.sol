// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    CureOrder,
    DefaultOrder,
    PledgeAssignOrder,
    PledgedTransferOrder,
    PledgeOrder,
    PledgeReleaseOrder
} from "contracts/interfaces/ActTypes.sol";
import {IPledge} from "contracts/interfaces/IPledge.sol";
import {IPledgeCourse} from "contracts/interfaces/IPledgeCourse.sol";
import {IStorageLien} from "contracts/interfaces/IStorageLien.sol";
import {LienRecord} from "contracts/interfaces/LienTypes.sol";
import {ActsHandler} from "./ActsHandler.sol";
import {Spoil} from "./Desk.sol";
import {Proof} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Pledge, release, assign, transfer what is pledged, give notice of default, cure.
abstract contract PledgeHandler is ActsHandler {
    function pledgeOne(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | OPEN_RANK | CONSENTED);
        Paper storage paper = papers[id];
        PledgeOrder memory order = _pledgeOrder(id, paper, seed);
        // I9: a rank that is another's, or one that jumps.
        if (spoilAt % 3 != 2 && _spoils(Spoil.UNFAIR)) order.rank = spoilAt % 3 == 0 ? order.rank + 1 : order.rank - 1;
        bytes32 orderHash = keccak256(abi.encode(Typed.PLEDGE, order));
        bytes memory holderSignature = _sign(pledge, order.holder, orderHash);
        bytes memory pledgeeSignature = _sign(pledge, order.pledgee, orderHash);
        bytes memory consent = _consent(pledge, _firstPledgee(paper), orderHash);
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [order.holder, order.pledgee, 0], seed);
        bytes memory data = abi.encodeCall(
            IPledge.pledge,
            (
                order,
                holderSignature,
                pledgeeSignature,
                consent,
                proof.attestation,
                proof.committee,
                proof.signatures
            )
        );
        _sendMove(id, pledge, data, consent.length != 0, THOUGH_LIEN);
        _owe(
            id,
            uint64(bytes8(orderHash)),
            Debt(
                order.pledgee,
                order.amountMinor,
                order.currency,
                order.maturity,
                order.ltvBps,
                order.cureS,
                0,
                1,
                0
            )
        );
        _count(id);
    }

    function release(uint256 seed) external timely {
        (uint256 id, uint64 pledgeId, Debt storage debt) = _debt(seed, PLEDGED);
        PledgeReleaseOrder memory order =
            PledgeReleaseOrder(id, pledgeId, debt.pledgee, _seq(papers[id].seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.RELEASE, order));
        bytes memory signature = _sign(pledge, order.pledgee, orderHash);
        _send(pledge, abi.encodeCall(IPledge.release, (order, signature)));
        _unpledge(id, pledgeId);
        _count(id);
    }

    function assign(uint256 seed) external timely {
        (uint256 id, uint64 pledgeId, Debt storage debt) = _debt(seed, PLEDGED);
        uint32 assignee = _bank(_roll(seed, 80, 3), debt.pledgee);
        if (debt.receipts != 1 && spoil == Spoil.NOTHING) _skip();
        PledgeAssignOrder memory order =
            PledgeAssignOrder(id, pledgeId, debt.pledgee, assignee, _seq(papers[id].seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.ASSIGN, order));
        bytes memory pledgeeSignature = _sign(pledge, order.pledgee, orderHash);
        bytes memory assigneeSignature = _sign(pledge, assignee, orderHash);
        _send(pledge, abi.encodeCall(IPledgeCourse.assign, (order, pledgeeSignature, assigneeSignature)));
        debt.pledgee = assignee;
        _count(id);
    }

    function transferPledged(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | PLEDGED | CONSENTED);
        Paper storage paper = papers[id];
        uint32 to = _trader(seed, paper.holder);
        uint32 pledgee = _firstPledgee(paper);
        PledgedTransferOrder memory order =
            PledgedTransferOrder(id, paper.holder, to, pledgee, _seq(paper.seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.PLEDGED_TRANSFER, order));
        bytes memory holderSignature = _sign(pledge, order.holder, orderHash);
        bytes memory otherSignature = _sign(pledge, to, orderHash);
        bytes memory consent = _consent(pledge, pledgee, orderHash);
        Proof memory proof = _prove(pledge, orderHash, paper.operator, [order.holder, to, pledgee], seed);
        bytes memory data = abi.encodeCall(
            IPledgeCourse.transferPledged,
            (
                order,
                holderSignature,
                otherSignature,
                consent,
                proof.attestation,
                proof.committee,
                proof.signatures
            )
        );
        _sendMove(id, pledge, data, consent.length != 0, 0);
        _moved(id, to);
    }

    function noticeDefault(uint256 seed) external timely {
        (uint256 id, uint64 pledgeId, Debt storage debt) = _debt(seed, PLEDGED);
        // I8: a bond has no default: whoever took the receipt could read its date.
        bool bond = debt.ltvBps == 0;
        if (debt.defaultAt != 0 || bond && !_spoils(Spoil.UNFAIR)) _skip();
        if (clock <= debt.maturity && !bond) {
            bool early = _spoils(Spoil.UNFAIR);
            if (!early && _roll(seed, 81, 2) == 0) _skip();
            if (!early) _pass(debt.maturity + 1 - clock);
        }
        DefaultOrder memory order =
            DefaultOrder(id, pledgeId, debt.pledgee, _seq(papers[id].seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.DEFAULT, order));
        bytes memory signature = _sign(pledge, order.pledgee, orderHash);
        _send(pledge, abi.encodeCall(IPledgeCourse.noticeDefault, (order, signature)));
        debt.defaultAt = uint40(clock);
        _count(id);
    }

    function cure(uint256 seed) external timely {
        (uint256 id, uint64 pledgeId, Debt storage debt) = _debt(seed, PLEDGED);
        if (debt.defaultAt == 0) _skip();
        CureOrder memory order = CureOrder(id, pledgeId, debt.pledgee, _seq(papers[id].seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.CURE, order));
        bytes memory signature = _sign(pledge, order.pledgee, orderHash);
        _send(pledge, abi.encodeCall(IPledgeCourse.cure, (order, signature)));
        debt.defaultAt = 0;
        _count(id);
    }

    function _pledgeOrder(uint256 id, Paper storage paper, uint256 seed)
        internal
        returns (PledgeOrder memory order)
    {
        uint256 ranks = paper.pledges.length;
        order.receiptId = id;
        order.holder = paper.holder;
        order.pledgee = _bank(_roll(seed, 83, 3), paper.holder);
        order.seq = _seq(paper.seq);
        order.rank = uint8(ranks + 1);
        order.amountMinor = uint64(1 + _roll(seed, 84, _roll(seed, 85, 8) == 0 ? type(uint64).max : 1e9));
        order.currency = lotCurrency[paper.lotId] != 0 ? lotCurrency[paper.lotId] : bytes3("CNY");
        if (_roll(seed, 86, 4) == 0) order.currency = "USD";
        if (ranks != 0) order.currency = debts[paper.pledges[0]].currency;
        if (paper.lienTerms != 0) {
            LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
            order.currency = terms.currency;
            if (paper.lienTerms == 1) order.lienCapMinor = terms.capMinor;
        }
        // Or fees that go before it, which the pledgee has not seen.
        if (spoilAt % 3 == 2 && _spoils(Spoil.UNFAIR)) ++order.lienCapMinor;
        order.maturity = uint40(clock + 1 + _roll(seed, 87, 20 days));
        order.ltvBps = uint16(1 + _roll(seed, 88, 10_000));
        order.cureS = uint24(1 + _roll(seed, 89, 5 days));
        order.filingDigest = keccak256(abi.encode("filing", seed));
        order.deadline = _deadline();
    }

    /// @dev Enter a pledge behind those that are on a receipt.
    function _owe(uint256 id, uint64 pledgeId, Debt memory debt) internal {
        Paper storage paper = papers[id];
        if (paper.pledges.length == 0) paper.keeper = paper.holder;
        if (debts[pledgeId].born != 0) _breach(6, "one pledge made twice");
        debt.born = ++pledgesMade;
        debts[pledgeId] = debt;
        paper.pledges.push(pledgeId);
    }

    /// @dev One pledge of one receipt, whose pledgee may act.
    function _debt(uint256 seed, uint256 needs)
        internal
        returns (uint256 id, uint64 pledgeId, Debt storage debt)
    {
        id = _pick(seed, needs);
        uint64[] storage ranks = papers[id].pledges;
        if (ranks.length == 0) _skip();
        pledgeId = ranks[_roll(seed, 90, ranks.length)];
        debt = debts[pledgeId];
        if (inactive[debt.pledgee] && spoil != Spoil.IDLE_PARTY) _skip();
    }

    function _unpledge(uint256 id, uint64 pledgeId) internal {
        uint64[] storage ranks = papers[id].pledges;
        bool found = false;
        for (uint256 i = 0; i < ranks.length; ++i) {
            if (found) ranks[i - 1] = ranks[i];
            if (ranks[i] == pledgeId) found = true;
        }
        ranks.pop();
        --debts[pledgeId].receipts;
    }
}
