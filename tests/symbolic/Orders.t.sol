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
import {svm, vm} from "./Svm.sol";

/// @title Orders that the receipt contract takes itself, from any parties and any attesters.
contract Orders is Parties {
    bytes32 private constant TRANSFER =
        keccak256("TransferOrder(uint256 receiptId,uint32 holder,uint32 transferee,uint32 seq,uint64 deadline)");
    bytes32 private constant DELIVERY =
        keccak256("DeliveryOrder(uint256 receiptId,uint32 holder,uint64 quantityG,uint32 seq,uint64 deadline)");

    IWarehouseReceipt private constant RECEIPTS = IWarehouseReceipt(Shipped.RECEIPTS);

    function check_issue_one() public {
        _issue(1, 2);
    }

    function check_issue_two() public {
        _issue(2, 1);
    }

    function check_transfer(uint256 receiptId, uint32 holder, uint32 to, uint32 seq, uint64 deadline) public {
        Seen memory was = _nameOnLot(receiptId);
        TransferOrder memory order = TransferOrder(receiptId, holder, to, seq, deadline);
        bytes memory gives = _shortSignature(holder);
        bytes memory takes = _shortSignature(to);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(2, 2);
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
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(2, 2);
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
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(3, 2);
        SuspendOrder memory order = SuspendOrder(receiptId, reason, seq, deadline);
        ISuspension(Shipped.RECEIPTS).suspend(order, attestation, committee, signatures);
        uint256 word = _onlyChanged(was, STATUS | REASON);
        assert(_both(_statusOf(was) == LIVE, uint8(word >> 96) == SUSPENDED));
        _conserved();
    }

    function check_reinstate(uint256 receiptId, uint32 seq, uint64 deadline) public {
        Seen memory was = _nameOnLot(receiptId);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(3, 2);
        ReinstateOrder memory order = ReinstateOrder(receiptId, seq, deadline);
        ISuspension(Shipped.RECEIPTS).reinstate(order, attestation, committee, signatures);
        uint256 word = _onlyChanged(was, STATUS | REASON);
        assert(_both(_statusOf(was) == SUSPENDED, uint8(word >> 96) == LIVE));
        _conserved();
    }

    function check_issue_one_twice() public {
        ReceiptTerms[] memory terms = new ReceiptTerms[](2);
        (terms[0], terms[1]) = (_anyTerms(), _anyTerms());
        vm.assume(terms[0].receiptId == terms[1].receiptId);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) = _anyAttestation(1, 1);
        IssueOrder memory order = _anyIssue(terms);
        _refused(abi.encodeCall(RECEIPTS.issue, (order, attestation, committee, signatures)));
    }

    function _anyTerms() private returns (ReceiptTerms memory) {
        return ReceiptTerms(
            svm.createUint256("receipt"),
            uint32(svm.createUint(32, "holder")),
            uint64(svm.createUint(64, "grams")),
            uint8(svm.createUint(8, "kind")),
            uint40(svm.createUint(40, "expires"))
        );
    }

    function _anyIssue(ReceiptTerms[] memory terms) private returns (IssueOrder memory) {
        uint32 operator = uint32(svm.createUint(32, "operator"));
        uint64 lotG = uint64(svm.createUint(64, "lot grams"));
        return IssueOrder(lotId, operator, lotG, terms, uint64(svm.createUint(64, "deadline")));
    }

    function _issue(uint256 count, uint256 attesters) private {
        ReceiptTerms[] memory terms = new ReceiptTerms[](count);
        for (uint256 i = 0; i < count; ++i) {
            terms[i] = _anyTerms();
            _name(terms[i].receiptId);
        }
        IssueOrder memory order = _anyIssue(terms);
        (Attestation memory attestation, Committee memory committee, bytes memory signatures) =
            _anyAttestation(attesters, attesters);
        RECEIPTS.issue(order, attestation, committee, signatures);
        bool issued = true;
        for (uint256 i = 0; i < count; ++i) {
            Seen memory made = _see(terms[i].receiptId);
            uint256 members = uint256(order.operator) << 32 | terms[i].holder;
            uint256 rest = uint256(LIVE) << 96 | uint256(terms[i].kind) << 104 | uint256(terms[i].expiresAt) << 112;
            issued = _both(issued, _both(made.word == members | rest, named[i].word == 0));
            issued = _both(issued, _both(made.quantityG == terms[i].quantityG, made.lotId == lotId));
        }
        uint256 lot = _lot(lotId);
        issued = _both(issued, _both(_attestedOf(lot) == order.lotQuantityG, uint32(lot >> 128) == order.operator));
        bool sameLot = _both(_attestedOf(lot) == _attestedOf(lotBefore), lot >> 128 == lotBefore >> 128);
        assert(_both(issued, _either(uint32(lotBefore >> 128) == 0, sameLot)));
        _holds();
    }
}
