// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    ReceiptRef, RIGHT_MOVE, RIGHT_REDUCE, RIGHT_RETIRE, RIGHT_WRITE_DOWN
} from "contracts/interfaces/ActTypes.sol";
import {Seen} from "./Ground.sol";
import {Parties} from "./Parties.sol";
import {vm} from "./Svm.sol";

/// @title Goods that leave, and pledged receipts that move, as modules ask it of the receipt contract.
contract Reductions is Parties {
    /// @dev Partial delivery, and delivery of all through a module.
    function check_reduce(uint256 receiptId, uint32 seq, uint64 quantityG, bytes32 orderHash) public {
        Seen memory was = _nameOnLot(receiptId);
        bytes memory consent = _anySignature(_pledgeeOf(was));
        CORE.reduceReceipt(receiptId, seq, quantityG, orderHash, consent);
        Seen memory rest = _see(receiptId);
        bool reduced = _both(_counted(was, rest, STATUS), quantityG != 0);
        reduced = _both(reduced, uint256(rest.quantityG) + quantityG == was.quantityG);
        bool left = _both(rest.quantityG != 0, _both(_statusOf(rest) == LIVE, rest.lotId == lotId));
        assert(_both(reduced, _either(left, _both(rest.quantityG == 0, _statusOf(rest) == DELIVERED))));
        _wasUnhindered(was);
        _pledgeeAgreed(was, orderHash, consent);
        _hadRight(RIGHT_REDUCE);
        _left(quantityG);
    }

    function check_retire(uint256 receiptId, uint32 seq) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.retireReceipt(receiptId, seq);
        Seen memory gone = _see(receiptId);
        assert(_both(_counted(was, gone, STATUS), _statusOf(gone) == REPLACED));
        _wasFree(was);
        _hadRight(RIGHT_RETIRE);
        _left(was.quantityG);
    }

    /// @dev What foreclosure and the pledgee's own sale do: the receipt moves with all that is on it.
    function check_move_pledged(uint256 receiptId, uint32 seq, uint32 to, bytes32 orderHash) public {
        Seen memory was = _nameOnLot(receiptId);
        bytes memory consent = _anySignature(_pledgeeOf(was));
        CORE.moveReceipt(receiptId, seq, to, orderHash, consent);
        assert(uint32(_onlyChanged(was, HOLDER)) == to);
        assert(_pledgesOf(was) != 0);
        _wasUnhindered(was);
        _pledgeeAgreed(was, orderHash, consent);
        _hadRight(RIGHT_MOVE);
        _conserved();
    }

    function check_write_down_one(uint256 one, uint32 seq, uint64 shortG) public {
        uint256[] memory ids = new uint256[](1);
        ids[0] = one;
        _writeDown(64, ids, seq, shortG);
    }

    /// @dev A lot of less than 2^32 g, 4,294 t: with more the solver loses its way in products and quotients.
    function check_write_down_two(uint256 one, uint256 two, uint32 seq, uint64 shortG) public {
        uint256[] memory ids = new uint256[](2);
        (ids[0], ids[1]) = (one, two);
        _writeDown(32, ids, seq, shortG);
    }

    /// @dev Less than 256 g.
    function check_write_down_three(uint256 one, uint256 two, uint256 three, uint32 seq, uint64 shortG) public {
        uint256[] memory ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (one, two, three);
        _writeDown(8, ids, seq, shortG);
    }

    /// @dev I1: a receipt named a second time does not stand for the goods of one left out.
    function check_write_down_one_twice(uint256 receiptId, uint32 seq, uint32 seqAgain, uint64 shortG) public {
        _nameOnLot(receiptId);
        ReceiptRef[] memory all = new ReceiptRef[](2);
        (all[0], all[1]) = (ReceiptRef(receiptId, seq), ReceiptRef(receiptId, seqAgain));
        _refused(abi.encodeCall(CORE.writeDown, (lotId, all, shortG)));
    }

    /// @dev Quantities of at most so many bits.
    function _writeDown(uint256 bits, uint256[] memory ids, uint32 seq, uint64 shortG) private {
        vm.assume(_liveOf(lotBefore) >> bits == 0);
        ReceiptRef[] memory all = new ReceiptRef[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            vm.assume(_name(ids[i]).quantityG >> bits == 0);
            all[i] = ReceiptRef(ids[i], seq);
        }
        CORE.writeDown(lotId, all, shortG);
        bool lowered = true;
        for (uint256 i = 0; i < ids.length; ++i) {
            Seen memory rest = _see(ids[i]);
            lowered = _both(lowered, _both(_counted(named[i], rest, 0), _statusOf(rest) == SUSPENDED));
            lowered = _both(lowered, _both(rest.quantityG != 0, rest.quantityG <= named[i].quantityG));
            lowered = _both(lowered, _both(named[i].lotId == lotId, rest.lotId == lotId));
        }
        assert(lowered);
        _hadRight(RIGHT_WRITE_DOWN);
        _left(shortG);
    }
}
