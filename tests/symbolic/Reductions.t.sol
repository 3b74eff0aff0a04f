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

    /// @dev Quantities bounded: multiplying and dividing free numbers is beyond the solver.
    function check_write_down_one(uint256 receiptId, uint32 seq, uint64 shortG) public {
        _writeDown(1, 4, receiptId, 0, seq, shortG);
    }

    function _writeDown(uint256 count, uint256 bits, uint256 one, uint256 two, uint32 seq, uint64 shortG) private {
        vm.assume(_liveOf(lotBefore) >> bits == 0);
        Seen[] memory were = new Seen[](count);
        ReceiptRef[] memory all = new ReceiptRef[](count);
        for (uint256 i = 0; i < count; ++i) {
            were[i] = _nameOnLot(i == 0 ? one : two);
            vm.assume(were[i].quantityG >> bits == 0);
            all[i] = ReceiptRef(were[i].receiptId, seq);
        }
        CORE.writeDown(lotId, all, shortG);
        for (uint256 i = 0; i < count; ++i) {
            Seen memory rest = _see(were[i].receiptId);
            bool lowered = _both(_counted(were[i], rest, 0), _statusOf(rest) == SUSPENDED);
            lowered = _both(lowered, _both(rest.quantityG != 0, rest.quantityG <= were[i].quantityG));
            assert(_both(lowered, rest.lotId == lotId));
        }
        _hadRight(RIGHT_WRITE_DOWN);
        _left(shortG);
    }
}
