// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ISuspension} from "contracts/interfaces/ISuspension.sol";
import {IWarehouseReceipt} from "contracts/interfaces/IWarehouseReceipt.sol";
import {
    Attestation,
    Committee,
    DeliveryOrder,
    IssueOrder,
    ReceiptTerms,
    ReinstateOrder,
    STATUS_DELIVERED,
    STATUS_LIVE,
    STATUS_SUSPENDED,
    SuspendOrder,
    TransferOrder
} from "contracts/interfaces/Types.sol";
import {Book} from "./Book.sol";
import {Spoil} from "./Desk.sol";
import {Typed} from "./Typed.sol";

/// What a quorum gives.
struct Proof {
    Attestation attestation;
    Committee committee;
    bytes signatures;
}

/// @title Issue, transfer, deliver, suspend, reinstate.
abstract contract ReceiptHandler is Book {
    function issue(uint256 seed) external timely {
        if (live.length >= MOST_LIVE) _skip();
        bytes24 lotId = _lot(seed);
        LotSum storage sum = sums[lotId];
        IssueOrder memory order = IssueOrder(
            lotId, sum.operator, sum.attestedG, new ReceiptTerms[](1 + _roll(seed, 2, 3)), _deadline()
        );
        uint256 issuedG = _fill(order, seed);
        bytes32 orderHash = Typed.ofIssue(order);
        uint256 last = order.receipts.length - 1;
        uint32[3] memory holders =
            [order.receipts[0].holder, order.receipts[last / 2].holder, order.receipts[last].holder];
        Proof memory proof = _prove(receipts, orderHash, order.operator, holders, seed);
        _send(
            receipts,
            abi.encodeCall(
                IWarehouseReceipt.issue, (order, proof.attestation, proof.committee, proof.signatures)
            )
        );
        sum.issuedG += issuedG;
        for (uint256 i = 0; i < order.receipts.length; ++i) _book(order, order.receipts[i]);
    }

    function transfer(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | FREE);
        Paper storage paper = papers[id];
        uint32 to = _trader(seed, paper.holder);
        TransferOrder memory order = TransferOrder(id, paper.holder, to, _seq(paper.seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.TRANSFER, order));
        bytes memory holderSignature = _sign(receipts, order.holder, orderHash);
        bytes memory otherSignature = _sign(receipts, to, orderHash);
        Proof memory proof = _prove(receipts, orderHash, paper.operator, [order.holder, to, 0], seed);
        bytes memory data = abi.encodeCall(
            IWarehouseReceipt.transfer,
            (order, holderSignature, otherSignature, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, receipts, data, false, 0);
        _moved(id, to);
    }

    function deliver(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | FREE);
        Paper storage paper = papers[id];
        uint64 grams = paper.grams;
        if (_spoils(Spoil.UNFAIR)) grams = spoilAt % 2 == 0 ? grams + 1 : grams - 1;
        DeliveryOrder memory order = DeliveryOrder(id, paper.holder, grams, _seq(paper.seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.DELIVERY, order));
        bytes memory holderSignature = _sign(receipts, order.holder, orderHash);
        Proof memory proof = _prove(receipts, orderHash, paper.operator, [order.holder, 0, 0], seed);
        bytes memory data = abi.encodeCall(
            IWarehouseReceipt.deliver,
            (order, holderSignature, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, receipts, data, false, 0);
        sums[paper.lotId].attestedG -= grams;
        _bury(id, STATUS_DELIVERED);
    }

    function suspend(uint256 seed) external timely {
        _suspend(_pick(seed, LIVE), seed);
    }

    function _suspend(uint256 id, uint256 seed) internal {
        Paper storage paper = papers[id];
        SuspendOrder memory order =
            SuspendOrder(id, uint8(1 + _roll(seed, 3, 5)), _seq(paper.seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.SUSPEND, order));
        Proof memory proof = _prove(receipts, orderHash, 0, [paper.holder, 0, 0], seed);
        _send(
            receipts,
            abi.encodeCall(
                ISuspension.suspend, (order, proof.attestation, proof.committee, proof.signatures)
            )
        );
        paper.status = STATUS_SUSPENDED;
        _count(id);
    }

    function reinstate(uint256 seed) external timely {
        // I10: attesters do not end a holder's notice of loss.
        uint256 id = _pick(seed, spoil == Spoil.BOUND ? NOTICED : SUSPENDED);
        Paper storage paper = papers[id];
        ReinstateOrder memory order = ReinstateOrder(id, _seq(paper.seq), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.REINSTATE, order));
        Proof memory proof = _prove(receipts, orderHash, paper.operator, [paper.holder, 0, 0], seed);
        _send(
            receipts,
            abi.encodeCall(
                ISuspension.reinstate, (order, proof.attestation, proof.committee, proof.signatures)
            )
        );
        paper.status = STATUS_LIVE;
        _count(id);
    }

    function _prove(
        address target,
        bytes32 orderHash,
        uint32 operator,
        uint32[3] memory parties,
        uint256 seed
    ) internal returns (Proof memory proof) {
        (proof.attestation, proof.committee, proof.signatures) =
            _attest(target, orderHash, operator, parties, seed);
    }

    // --- issue ---

    /// @dev A lot with room, often a new one; small, ordinary and as large as a number gets.
    function _lot(uint256 seed) private returns (bytes24 lotId) {
        if (lots.length < 6 && (lots.length == 0 || _roll(seed, 4, 3) == 0)) {
            lotId = bytes24(keccak256(abi.encode("lot", lots.length)));
            uint64[3] memory sizes = [uint64(1_000), 30_000_000_000, type(uint64).max];
            lots.push(lotId);
            sums[lotId] = LotSum(_roll(seed, 5, 2) == 0 ? OPERATOR : OPERATOR_2, sizes[_roll(seed, 6, 3)], 0, 0, 0);
            return lotId;
        }
        uint256 start = _roll(seed, 7, lots.length);
        for (uint256 i = 0; i < lots.length; ++i) {
            lotId = lots[(start + i) % lots.length];
            if (_room(sums[lotId]) > 2) return lotId;
        }
        _skip();
    }

    /// @dev Attested grams that no receipt stands for. Attested falls with deliveries, so both sides count them.
    function _room(LotSum storage sum) private view returns (uint256) {
        return sum.attestedG + sum.deliveredG + sum.lostG - sum.issuedG;
    }

    function _fill(IssueOrder memory order, uint256 seed) private returns (uint256 issuedG) {
        uint256 room = _room(sums[order.lotId]);
        ReceiptTerms[] memory terms = order.receipts;
        for (uint256 i = 0; i < terms.length; ++i) {
            uint256 most = (room - issuedG) / (terms.length - i);
            if (most == 0) _skip();
            uint64 grams = uint64(1 + _roll(seed, 10 + i, most));
            if (_roll(seed, 8, 4) == 0) grams = uint64(most); // up to the last gram
            issuedG += grams;
            uint256 days_ = _roll(seed, 20 + i, 8) == 0 ? 1 + _roll(seed, 30 + i, 20) : 200 + _roll(seed, 30 + i, 500);
            terms[i] = ReceiptTerms(
                _newId(),
                _trader(_roll(seed, 40 + i, 1e6), 0),
                grams,
                uint8(1 + _roll(seed, 50 + i, 2)),
                uint40(clock + days_ * 1 days)
            );
        }
        // I1: one gram more than was attested.
        if (_spoils(Spoil.UNFAIR)) terms[0].quantityG = uint64(room - issuedG + terms[0].quantityG + 1);
        if (spoil == Spoil.UNFAIR && terms[0].quantityG == 0) spoiled = false;
    }

    function _book(IssueOrder memory order, ReceiptTerms memory terms) private {
        Paper memory made;
        (made.lotId, made.holder, made.operator) = (order.lotId, terms.holder, order.operator);
        (made.grams, made.expiresAt, made.kind) = (terms.quantityG, terms.expiresAt, terms.kind);
        _enter(terms.receiptId, made);
    }
}
