// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrigins} from "contracts/interfaces/IOrigins.sol";
import {IReceiptMedium} from "contracts/interfaces/IReceiptMedium.sol";
import {
    ElectronicOrder,
    ORIGIN_BILL_OF_LADING,
    ORIGIN_GOODS,
    OriginOrder,
    PaperOrder
} from "contracts/interfaces/OriginTypes.sol";
import {STATUS_REPLACED} from "contracts/interfaces/Types.sol";
import {Spoil} from "./Desk.sol";
import {LossHandler} from "./LossHandler.sol";
import {Proof} from "./ReceiptHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Receipts that leave for paper and come back, bills of lading, fingerprints: each digest once.
abstract contract MediumHandler is LossHandler {
    struct Sheet {
        bytes32 digest;
        uint64 grams;
        uint32 operator;
    }

    Sheet[] internal sheets; // paper receipts that are operative
    bytes32[] internal surrendered;
    bytes32[2] internal usedOrigins; // the last bill of lading, the last fingerprint
    uint256 private _digests;

    function toPaper(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | FREE);
        Paper storage paper = papers[id];
        PaperOrder memory order =
            PaperOrder(id, paper.holder, paper.operator, _seq(paper.seq), _newDigest(), _deadline());
        // I6: a paper that was given out before.
        if (sheets.length != 0 && _spoils(Spoil.UNFAIR)) order.paperDigest = sheets[spoilAt % sheets.length].digest;
        bytes32 orderHash = keccak256(abi.encode(Typed.PAPER, order));
        bytes memory holderSignature = _sign(medium, order.holder, orderHash);
        bytes memory operatorSignature = _sign(medium, order.operator, orderHash);
        Proof memory proof = _prove(medium, orderHash, paper.operator, [order.holder, 0, 0], seed);
        bytes memory data = abi.encodeCall(
            IReceiptMedium.toPaper,
            (order, holderSignature, operatorSignature, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, medium, data, false, 0);
        sheets.push(Sheet(order.paperDigest, paper.grams, paper.operator));
        sums[paper.lotId].lostG += paper.grams;
        sums[paper.lotId].attestedG -= paper.grams;
        _bury(id, STATUS_REPLACED);
    }

    /// @notice A paper comes back: its goods are a lot of their own, on which a receipt can be issued.
    function toElectronic(uint256 seed) external timely {
        if (sheets.length == 0 || lots.length >= MOST_LOTS) _skip();
        uint256 at = _roll(seed, 140, sheets.length);
        Sheet memory sheet = sheets[at];
        bytes24 lotId = bytes24(keccak256(abi.encode("lot", lots.length)));
        ElectronicOrder memory order = ElectronicOrder(
            sheet.digest,
            lotId,
            _trader(seed, 0),
            sheet.operator,
            uint64(1 + _roll(seed, 141, sheet.grams)),
            _deadline()
        );
        // I1, I6: more than the paper stands for, or a paper that is no more.
        if (_spoils(Spoil.UNFAIR)) {
            if (surrendered.length != 0 && spoilAt % 2 == 0) order.paperDigest = surrendered[0];
            else if (sheet.grams < type(uint64).max) order.quantityG = sheet.grams + 1;
            else spoiled = false;
        }
        bytes32 orderHash = keccak256(abi.encode(Typed.ELECTRONIC, order));
        bytes memory holderSignature = _sign(medium, order.holder, orderHash);
        bytes memory operatorSignature = _sign(medium, order.operator, orderHash);
        Proof memory proof = _prove(medium, orderHash, order.operator, [order.holder, 0, 0], seed);
        _send(
            medium,
            abi.encodeCall(
                IReceiptMedium.toElectronic,
                (order, holderSignature, operatorSignature, proof.attestation, proof.committee, proof.signatures)
            )
        );
        surrendered.push(sheet.digest);
        sheets[at] = sheets[sheets.length - 1];
        sheets.pop();
        lots.push(lotId);
        sums[lotId] = LotSum(order.operator, order.quantityG, 0, 0, 0);
    }

    /// @notice A bill of lading for a new lot, or the fingerprint of a lot's goods.
    function registerOrigin(uint256 seed) external timely {
        if (lots.length >= MOST_LOTS) _skip();
        bool bill = _roll(seed, 142, 2) == 0 || lots.length == 0;
        bytes24 lotId = bill
            ? bytes24(keccak256(abi.encode("lot", lots.length)))
            : lots[_roll(seed, 143, lots.length)];
        uint32 operator = bill ? OPERATOR : sums[lotId].operator;
        OriginOrder memory order = OriginOrder(
            bill ? ORIGIN_BILL_OF_LADING : ORIGIN_GOODS,
            _newDigest(),
            lotId,
            operator,
            _trader(seed, 0),
            _deadline()
        );
        bytes32 used = usedOrigins[bill ? 0 : 1];
        if (used != 0 && _spoils(Spoil.UNFAIR)) order.originDigest = used; // I6: used before
        bytes32 orderHash = keccak256(abi.encode(Typed.ORIGIN, order));
        bytes memory holderSignature = _sign(origins, order.holder, orderHash);
        Proof memory proof = _prove(origins, orderHash, operator, [order.holder, 0, 0], seed);
        _send(
            origins,
            abi.encodeCall(
                IOrigins.register,
                (order, holderSignature, proof.attestation, proof.committee, proof.signatures)
            )
        );
        usedOrigins[bill ? 0 : 1] = order.originDigest;
        if (!bill) return;
        lots.push(lotId);
        sums[lotId] = LotSum(operator, 1_000_000, 0, 0, 0);
    }

    function _newDigest() private returns (bytes32) {
        return keccak256(abi.encode("digest", ++_digests));
    }
}
