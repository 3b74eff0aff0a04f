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
    SuspendOrder,
    TransferOrder
} from "contracts/interfaces/Types.sol";
import {Shipped} from "shipped/Shipped.sol";
import {Seen} from "./Ground.sol";
import {Parties} from "./Parties.sol";
import {svm} from "./Svm.sol";

/// @title Orders that the receipt contract takes itself, from any parties and any attesters.
contract Orders is Parties {
    bytes32 private constant TRANSFER =
        keccak256("TransferOrder(uint256 receiptId,uint32 holder,uint32 transferee,uint32 seq,uint64 deadline)");
    bytes32 private constant DELIVERY =
        keccak256("DeliveryOrder(uint256 receiptId,uint32 holder,uint64 quantityG,uint32 seq,uint64 deadline)");

    IWarehouseReceipt private constant RECEIPTS = IWarehouseReceipt(Shipped.RECEIPTS);

    function check_issue_one() public {
        _issue(1);
    }

    function check_transfer(uint256 receiptId, uint32 holder, uint32 to, uint32 seq, uint64 deadline) public {
        Seen memory was = _nameOnLot(receiptId);
        TransferOrder memory order = TransferOrder(receiptId, holder, to, seq, deadline);
        bytes memory gives = _shortSignature(holder);
        bytes memory takes = _shortSignature(to);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(2);
        RECEIPTS.transfer(order, gives, takes, attestation, committee, signatures);
        assert(uint32(_onlyChanged(was, HOLDER)) == to);
        assert(uint32(was.word) == holder);
        _wasFree(was);
        bytes32 orderHash = keccak256(abi.encode(TRANSFER, order));
        assert(_hasSigned(holder, Shipped.RECEIPTS, orderHash, gives));
        assert(_hasSigned(to, Shipped.RECEIPTS, orderHash, takes));
        _conserved();
    }

    function check_deliver(uint256 receiptId, uint32 holder, uint64 grams, uint32 seq, uint64 deadline) public {
        Seen memory was = _nameOnLot(receiptId);
        DeliveryOrder memory order = DeliveryOrder(receiptId, holder, grams, seq, deadline);
        bytes memory signature = _shortSignature(holder);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(2);
        RECEIPTS.deliver(order, signature, attestation, committee, signatures);
        Seen memory gone = _see(receiptId);
        assert(_both(_counted(was, gone, STATUS), _statusOf(gone) == DELIVERED));
        assert(grams == was.quantityG);
        assert(uint32(was.word) == holder);
        _wasFree(was);
        assert(_hasSigned(holder, Shipped.RECEIPTS, keccak256(abi.encode(DELIVERY, order)), signature));
        _left(grams);
    }

    function check_suspend(uint256 receiptId, uint8 reason, uint32 seq, uint64 deadline) public {
        Seen memory was = _nameOnLot(receiptId);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(3);
        SuspendOrder memory order = SuspendOrder(receiptId, reason, seq, deadline);
        ISuspension(Shipped.RECEIPTS).suspend(order, attestation, committee, signatures);
        uint256 word = _onlyChanged(was, STATUS | REASON);
        assert(_statusOf(was) == LIVE);
        assert(uint8(word >> 96) == SUSPENDED);
        _conserved();
    }

    function check_reinstate(uint256 receiptId, uint32 seq, uint64 deadline) public {
        Seen memory was = _nameOnLot(receiptId);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(3);
        ReinstateOrder memory order = ReinstateOrder(receiptId, seq, deadline);
        ISuspension(Shipped.RECEIPTS).reinstate(order, attestation, committee, signatures);
        uint256 word = _onlyChanged(was, STATUS | REASON);
        assert(_statusOf(was) == SUSPENDED);
        assert(uint8(word >> 96) == LIVE);
        _conserved();
    }

    function _issue(uint256 count) private {
        ReceiptTerms[] memory terms = new ReceiptTerms[](count);
        for (uint256 i = 0; i < count; ++i) {
            terms[i] = ReceiptTerms(
                svm.createUint256("receipt"),
                uint32(svm.createUint(32, "holder")),
                uint64(svm.createUint(64, "grams")),
                uint8(svm.createUint(8, "kind")),
                uint40(svm.createUint(40, "expires"))
            );
            _name(terms[i].receiptId);
        }
        uint32 operator = uint32(svm.createUint(32, "operator"));
        uint64 lotG = uint64(svm.createUint(64, "lot grams"));
        uint64 deadline = uint64(svm.createUint(64, "deadline"));
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(2);
        RECEIPTS.issue(
            IssueOrder(lotId, operator, lotG, terms, deadline), attestation, committee, signatures
        );
        for (uint256 i = 0; i < count; ++i) {
            Seen memory made = _see(terms[i].receiptId);
            assert(_statusOf(named[i]) == 0);
            assert(_statusOf(made) == LIVE);
            assert(uint64(made.word) == (uint64(operator) << 32 | terms[i].holder));
            assert(made.word & ENCUMBRANCES == 0);
            assert(made.quantityG == terms[i].quantityG);
            assert(made.lotId == lotId);
        }
        uint256 lot = _lot(lotId);
        assert(_attestedOf(lot) == lotG);
        assert(uint32(lot >> 128) == operator);
        if (uint32(lotBefore >> 128) != 0) {
            assert(_attestedOf(lot) == _attestedOf(lotBefore));
            assert(uint32(lotBefore >> 128) == operator);
        }
        _holds();
    }
}
