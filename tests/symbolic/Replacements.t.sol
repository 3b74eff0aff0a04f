// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, RIGHT_REPLACE, Successor} from "contracts/interfaces/ActTypes.sol";
import {Seen} from "./Ground.sol";
import {Parties} from "./Parties.sol";
import {svm} from "./Svm.sol";

/// @title Receipts that take the place of others: the same grams, holder and encumbrances.
contract Replacements is Parties {
    function check_supersede() public {
        _replace(1, 1);
    }

    function check_split() public {
        _replace(1, 2);
    }

    function check_merge() public {
        _replace(2, 1);
    }

    function _replace(uint256 from, uint256 to) private {
        ReceiptRef[] memory olds = new ReceiptRef[](from);
        Successor[] memory news = new Successor[](to);
        for (uint256 i = 0; i < from; ++i) {
            olds[i] = ReceiptRef(svm.createUint256("old"), uint32(svm.createUint(32, "seq")));
            _nameOnLot(olds[i].receiptId);
        }
        for (uint256 i = 0; i < to; ++i) {
            news[i] = Successor(
                svm.createUint256("new"), uint64(svm.createUint(64, "grams")), uint40(svm.createUint(40, "expires"))
            );
            _name(news[i].receiptId);
        }
        bytes32 orderHash = svm.createBytes32("order hash");
        bytes memory consent = _anySignature(_pledgeeOf(named[0]));
        CORE.replaceReceipts(olds, news, orderHash, consent);
        Seen memory first = named[0];
        for (uint256 i = 0; i < from; ++i) _gaveWay(named[i], first);
        for (uint256 i = 0; i < to; ++i) _tookOver(named[from + i], news[i].quantityG, first);
        _pledgeeAgreed(first, orderHash, consent);
        _hadRight(RIGHT_REPLACE);
        _conserved();
    }

    /// @dev I10, I4: it could move, was like the first, and is burned, or stands for a rest with all it bore.
    function _gaveWay(Seen memory was, Seen memory first) private view {
        Seen memory is_ = _see(was.receiptId);
        assert(_statusOf(was) == LIVE);
        assert(was.word & FREEZES == 0);
        assert(uint8(was.word >> 192) == 0);
        assert((was.word ^ first.word) & (HOLDER | ENCUMBRANCES) == 0);
        assert((is_.word ^ was.word) & ~(SEQ | STATUS) == 0);
        assert(_either(_statusOf(is_) == REPLACED, _statusOf(is_) == LIVE));
    }

    /// @dev I2, I4: the same holder and operator, the same pledges and liens; I7: its id was never used.
    function _tookOver(Seen memory was, uint64 quantityG, Seen memory first) private view {
        Seen memory is_ = _see(was.receiptId);
        assert(_statusOf(was) == 0);
        assert(_statusOf(is_) == LIVE);
        assert((is_.word ^ first.word) & (0xffffffffffffffff | ENCUMBRANCES) == 0);
        assert(is_.quantityG == quantityG);
        assert(is_.lotId == lotId);
    }
}
