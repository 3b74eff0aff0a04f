// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IStorageLien} from "contracts/interfaces/IStorageLien.sol";
import {
    DISCHARGE_ASSERTION,
    DISCHARGE_TERMS,
    LIEN_BEFORE_PLEDGES,
    LIEN_BEHIND_PLEDGES,
    LienAssertOrder,
    LienDischargeOrder,
    LienPaymentOrder,
    LienRecord,
    LienTenderOrder,
    LienTermsOrder
} from "contracts/interfaces/LienTypes.sol";
import {Spoil} from "./Desk.sol";
import {MediumHandler} from "./MediumHandler.sol";
import {Proof} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Storage fees, and the keeper's lien for them.
abstract contract LienHandler is MediumHandler {
    uint256 private _payments;
    bytes32 private _lastPayment;

    function agreeTerms(uint256 seed) external timely {
        uint256 id = _pick(seed, UNHINDERED | NO_TERMS | ONE_RANK | CONSENTED);
        Paper storage paper = papers[id];
        if (inactive[paper.holder] && spoil != Spoil.IDLE_PARTY) _skip();
        LienTermsOrder memory order;
        order.receiptId = id;
        order.holder = paper.holder;
        order.operator = paper.operator;
        order.seq = _seq(paper.seq);
        order.feeMinor = uint48(1 + _roll(seed, 160, 1e9));
        order.currency =
            paper.pledges.length != 0 ? debts[paper.pledges[0]].currency : _roll(seed, 161, 2) == 0 ? bytes3("CNY") : bytes3("USD");
        order.fromS = uint40(clock - _roll(seed, 162, 30 days));
        order.capMinor = uint64(1 + _roll(seed, 163, 1e9));
        order.rank = _roll(seed, 164, 2) == 0 ? LIEN_BEFORE_PLEDGES : LIEN_BEHIND_PLEDGES;
        order.contractDigest = keccak256(abi.encode("storage", seed));
        order.deadline = _deadline();
        bytes32 orderHash = keccak256(abi.encode(Typed.LIEN_TERMS, order));
        bytes memory holderSignature = _sign(storageLien, order.holder, orderHash);
        bytes memory operatorSignature = _sign(storageLien, order.operator, orderHash);
        bytes memory consent = _consent(storageLien, _firstPledgee(paper), orderHash);
        _send(
            storageLien,
            abi.encodeCall(IStorageLien.agreeTerms, (order, holderSignature, operatorSignature, consent))
        );
        paper.lienTerms = order.rank;
        _count(id);
    }

    function assertLien(uint256 seed) external timely {
        uint256 id = _pick(seed, TERMS);
        Paper storage paper = papers[id];
        LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
        uint256 due = IStorageLien(storageLien).dueOn(id, clock);
        if (due <= terms.assertedMinor) _skip();
        uint64 amount = uint64(terms.assertedMinor + 1 + _roll(seed, 165, due - terms.assertedMinor));
        if (_spoils(Spoil.UNFAIR)) amount = uint64(due + 1); // I4: more than storage has earned
        LienAssertOrder memory order =
            LienAssertOrder(id, paper.operator, amount, _seq(terms.number), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.LIEN_ASSERT, order));
        bytes memory signature = _sign(storageLien, order.operator, orderHash);
        _send(storageLien, abi.encodeCall(IStorageLien.assertLien, (order, signature)));
        paper.liens = 1;
        _count(id);
    }

    function acknowledge(uint256 seed) external timely {
        uint256 id = _pick(seed, TERMS);
        Paper storage paper = papers[id];
        LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
        uint64 amount = uint64(1 + _roll(seed, 166, 2 * uint256(terms.assertedMinor) + 1e6));
        LienPaymentOrder memory order =
            LienPaymentOrder(id, paper.operator, amount, _seq(terms.number), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.LIEN_PAYMENT, order));
        bytes memory signature = _sign(storageLien, order.operator, orderHash);
        _send(storageLien, abi.encodeCall(IStorageLien.acknowledge, (order, signature)));
        if (paper.liens == 0 || amount < terms.assertedMinor) return; // the receipt itself does not change
        paper.liens = 0;
        _count(id);
    }

    function discharge(uint256 seed) external timely {
        uint256 id = _pick(seed, TERMS);
        Paper storage paper = papers[id];
        uint8 scope = paper.liens != 0 && _roll(seed, 167, 2) == 0 ? DISCHARGE_ASSERTION : DISCHARGE_TERMS;
        LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
        LienDischargeOrder memory order =
            LienDischargeOrder(id, paper.operator, scope, _seq(terms.number), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.LIEN_DISCHARGE, order));
        bytes memory signature = _sign(storageLien, order.operator, orderHash);
        _send(storageLien, abi.encodeCall(IStorageLien.discharge, (order, signature)));
        paper.liens = 0;
        if (scope == DISCHARGE_TERMS) paper.lienTerms = 0;
        _count(id);
    }

    /// @notice The holder has paid, and the operator does not acknowledge it: a quorum without it does.
    function tender(uint256 seed) external timely {
        uint256 id = _pick(seed, TERMS);
        Paper storage paper = papers[id];
        if (inactive[paper.holder] && spoil != Spoil.IDLE_PARTY) _skip();
        LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
        uint64 amount = uint64(1 + _roll(seed, 168, 2 * uint256(terms.assertedMinor) + 1e6));
        bytes32 payment = keccak256(abi.encode("payment", ++_payments));
        if (_lastPayment != 0 && _spoils(Spoil.UNFAIR)) payment = _lastPayment; // I6: counted before
        LienTenderOrder memory order =
            LienTenderOrder(id, paper.holder, terms.paidMinor + amount, payment, _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.LIEN_TENDER, order));
        bytes memory signature = _sign(storageLien, order.holder, orderHash);
        Proof memory proof =
            _prove(storageLien, orderHash, NO_KEEPER, [paper.holder, paper.operator, 0], seed);
        _send(
            storageLien,
            abi.encodeCall(
                IStorageLien.tender,
                (order, signature, proof.attestation, proof.committee, proof.signatures)
            )
        );
        _lastPayment = payment;
        if (amount >= terms.assertedMinor) paper.liens = 0;
        _count(id);
    }
}
