// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    MergeOrder,
    PartialDeliveryOrder,
    ReceiptRef,
    SplitOrder,
    Successor,
    SupersedeOrder
} from "contracts/interfaces/ActTypes.sol";
import {IReceiptActs} from "contracts/interfaces/IReceiptActs.sol";
import {IStorageLien} from "contracts/interfaces/IStorageLien.sol";
import {LienRecord} from "contracts/interfaces/LienTypes.sol";
import {STATUS_REPLACED} from "contracts/interfaces/Types.sol";
import {Spoil} from "./Desk.sol";
import {Proof, ReceiptHandler} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Split, merge, correct, extend, deliver in part.
abstract contract ActsHandler is ReceiptHandler {
    function split(uint256 seed) external timely {
        if (live.length >= MOST_LIVE) _skip();
        uint256 id = _pick(seed, MOVABLE | TWO_GRAMS | CONSENTED);
        Paper storage paper = papers[id];
        uint256 count = paper.grams < 3 ? 2 : 2 + _roll(seed, 60, 2);
        bool keep = _roll(seed, 59, 2) == 0; // the last part stays under the old id
        if (keep) --count;
        SplitOrder memory order = SplitOrder(
            id, paper.holder, paper.operator, _seq(paper.seq), new Successor[](count), _deadline()
        );
        uint64 rest = paper.grams;
        for (uint256 i = 0; i < count; ++i) {
            uint64 most = rest - uint64(count - 1 - i) - (keep ? 1 : 0);
            uint64 grams = i + 1 == count && !keep ? rest : uint64(1 + _roll(seed, 61 + i, most));
            order.parts[i] = Successor(_newId(), grams, paper.expiresAt);
            rest -= grams;
        }
        // I3: a gram from nowhere. None can be lost: what the parts leave stays with the old receipt.
        if (_spoils(Spoil.UNFAIR)) order.parts[0].quantityG += rest + 1;
        bytes32 orderHash = Typed.ofSplit(order);
        bytes memory holderSignature = _sign(acts, order.holder, orderHash);
        bytes memory operatorSignature = _sign(acts, order.operator, orderHash);
        bytes memory consent = _consent(acts, _firstPledgee(paper), orderHash);
        bytes memory data =
            abi.encodeCall(IReceiptActs.split, (order, holderSignature, operatorSignature, consent));
        _sendMove(id, acts, data, consent.length != 0, 0);
        for (uint256 i = 0; i < count; ++i) {
            _succeed(order.parts[i].receiptId, id, order.parts[i].quantityG, paper.expiresAt);
        }
        if (!keep) return _bury(id, STATUS_REPLACED);
        paper.grams = rest;
        _count(id);
    }

    function merge(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | CONSENTED);
        uint256 other = _alike(id);
        Paper storage paper = papers[id];
        uint40 expiresAt = paper.expiresAt;
        if (papers[other].expiresAt < expiresAt) expiresAt = papers[other].expiresAt;
        MergeOrder memory order = MergeOrder(
            new ReceiptRef[](2),
            _newId(),
            paper.holder,
            paper.operator,
            paper.grams + papers[other].grams,
            expiresAt,
            _deadline()
        );
        order.receipts[0] = ReceiptRef(id, _seq(paper.seq));
        order.receipts[1] = ReceiptRef(other, papers[other].seq);
        if (_spoils(Spoil.UNFAIR)) {
            if (spoilAt % 3 == 0) order.receipts[1] = order.receipts[0]; // the same grams twice
            else if (spoilAt % 3 == 1) ++order.quantityG;
            else --order.quantityG;
        }
        bytes32 orderHash = Typed.ofMerge(order);
        bytes memory holderSignature = _sign(acts, order.holder, orderHash);
        bytes memory operatorSignature = _sign(acts, order.operator, orderHash);
        bytes memory consent = _consent(acts, _firstPledgee(paper), orderHash);
        bytes memory data =
            abi.encodeCall(IReceiptActs.merge, (order, holderSignature, operatorSignature, consent));
        _sendMove(id, acts, data, consent.length != 0, 0);
        _succeed(order.mergedId, id, order.quantityG, expiresAt);
        _bury(id, STATUS_REPLACED);
        _bury(other, STATUS_REPLACED);
    }

    function correct(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | CONSENTED);
        _supersede(seed, id, _another(id, papers[id].expiresAt, 1));
    }

    function extend(uint256 seed) external timely {
        uint256 id = _pick(seed, UNHINDERED | CONSENTED);
        uint256 from = papers[id].expiresAt < clock ? clock : papers[id].expiresAt;
        _supersede(seed, id, _another(id, uint40(from + 1 days + _roll(seed, 70, 100 days)), 2));
    }

    /// @notice The first pledgee has an expired receipt extended without its holder.
    function extendAlone(uint256 seed) external timely {
        bool early = spoil == Spoil.UNFAIR; // nobody's pledge, or before it expires
        uint256 id = _pick(seed, UNHINDERED | CONSENTED | (early ? 0 : PLEDGED));
        uint256 until = papers[id].expiresAt;
        if (early) {
            if (_overdue(papers[id])) _skip();
        } else {
            if (until > clock + 30 days || papers[id].pledges.length == 0) _skip();
            if (until >= clock) _pass(until + 1 - clock);
        }
        if (until < clock) until = clock;
        SupersedeOrder memory order = _another(id, uint40(until + 1 days + _roll(seed, 70, 100 days)), 2);
        order.holder = 0;
        _supersede(seed, id, order);
    }

    function deliverPart(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | TWO_GRAMS | ONE_RANK | CONSENTED);
        Paper storage paper = papers[id];
        uint64 grams = uint64(1 + _roll(seed, 71, paper.grams < 2 ? 1 : paper.grams - 1));
        if (_spoils(Spoil.UNFAIR)) grams = spoilAt % 2 == 0 ? 0 : paper.grams + 1;
        PartialDeliveryOrder memory order =
            PartialDeliveryOrder(id, paper.holder, grams, _seq(paper.seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.PART, order));
        bytes memory holderSignature = _sign(acts, order.holder, orderHash);
        bytes memory consent = _consent(acts, _firstPledgee(paper), orderHash);
        Proof memory proof =
            _prove(acts, orderHash, paper.operator, [order.holder, _firstPledgee(paper), 0], seed);
        bytes memory data = abi.encodeCall(
            IReceiptActs.deliverPart,
            (order, holderSignature, consent, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, acts, data, consent.length != 0, 0);
        LotSum storage sum = sums[paper.lotId];
        sum.attestedG -= grams;
        sum.deliveredG += grams;
        paper.grams -= grams;
        _count(id);
    }

    function _another(uint256 id, uint40 expiresAt, uint8 reason) private returns (SupersedeOrder memory) {
        Paper storage paper = papers[id];
        return SupersedeOrder(
            id, _newId(), paper.holder, _seq(paper.seq), paper.grams, expiresAt, reason, _deadline()
        );
    }

    function _supersede(uint256 seed, uint256 id, SupersedeOrder memory order) private {
        Paper storage paper = papers[id];
        if (_spoils(Spoil.UNFAIR) && order.holder != 0) ++order.quantityG;
        bytes32 orderHash = keccak256(abi.encode(Typed.SUPERSEDE, order));
        bytes memory holderSignature;
        if (order.holder != 0) holderSignature = _sign(acts, order.holder, orderHash);
        bytes memory consent = _consent(acts, _firstPledgee(paper), orderHash);
        uint32[3] memory parties = [paper.holder, order.holder == 0 ? _firstPledgee(paper) : 0, 0];
        Proof memory proof = _prove(acts, orderHash, paper.operator, parties, seed);
        bytes memory data = abi.encodeCall(
            IReceiptActs.supersede,
            (order, holderSignature, consent, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, acts, data, consent.length != 0, order.reason == 2 ? THOUGH_EXPIRED : 0);
        _succeed(order.successorId, id, order.quantityG, order.expiresAt);
        _bury(id, STATUS_REPLACED);
    }

    /// @dev Another receipt that can become one with this: of the same holder, operator, kind, lot, pledges.
    function _alike(uint256 id) private view returns (uint256 other) {
        bytes32 wanted = _traits(id);
        for (uint256 i = 0; i < live.length; ++i) {
            other = live[i];
            Paper storage paper = papers[other];
            if (other == id || paper.cases.length != 0 || clock > paper.expiresAt) continue;
            if (_traits(other) == wanted) return other;
        }
        _skip();
    }

    function _traits(uint256 id) private view returns (bytes32) {
        Paper storage paper = papers[id];
        bytes32 fee = 0;
        if (paper.lienTerms != 0) {
            LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
            fee = keccak256(abi.encode(terms.feeMinor, terms.currency, terms.rank));
        }
        return keccak256(
            abi.encode(
                paper.lotId, paper.holder, paper.operator, paper.kind, paper.status, paper.pledges, paper.liens, fee
            )
        );
    }
}
