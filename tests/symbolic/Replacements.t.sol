// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, RIGHT_REPLACE, Successor} from "contracts/interfaces/ActTypes.sol";
import {Seen} from "./Ground.sol";
import {Parties} from "./Parties.sol";
import {svm, vm} from "./Svm.sol";

/// @title Receipts that take the place of others: the same grams, holder and encumbrances.
contract Replacements is Parties {
    /// Holder and operator.
    uint256 private constant MEMBERS = 0xffffffffffffffff;

    /// @dev Correction, extension, replacement of a lost one.
    function check_supersede() public {
        _replace(1, 1);
    }

    /// @dev Merger.
    function check_merge() public {
        _replace(2, 1);
    }

    /// @dev No module asks for it; the receipt contract would do it.
    function check_replace_by_two() public {
        _replace(1, 2);
    }

    function check_split_off_one() public {
        _split(1);
    }

    function check_split_off_two() public {
        _split(2);
    }

    /// @dev I3, I7: who names one receipt twice, as old ones, as new ones or as both, is refused.
    function check_replace_one_twice(ReceiptRef memory one, ReceiptRef memory two, Successor memory a, Successor memory b)
        public
    {
        ReceiptRef[] memory olds = new ReceiptRef[](2);
        Successor[] memory news = new Successor[](2);
        (olds[0], olds[1], news[0], news[1]) = (one, two, a, b);
        bool twice = _either(one.receiptId == two.receiptId, a.receiptId == b.receiptId);
        twice = _either(twice, _either(one.receiptId == a.receiptId, two.receiptId == a.receiptId));
        vm.assume(_either(twice, _either(one.receiptId == b.receiptId, two.receiptId == b.receiptId)));
        bytes memory consent = _shortSignature(_pledgeeOf(_see(one.receiptId)));
        _refused(abi.encodeCall(CORE.replaceReceipts, (olds, news, svm.createBytes32("order hash"), consent)));
    }

    /// @dev The same of a whole and its parts.
    function check_split_off_one_twice(uint256 whole, uint32 seq, Successor memory a, Successor memory b) public {
        Successor[] memory parts = new Successor[](2);
        (parts[0], parts[1]) = (a, b);
        bool twice = _either(whole == a.receiptId, whole == b.receiptId);
        vm.assume(_either(twice, a.receiptId == b.receiptId));
        bytes memory consent = _shortSignature(_pledgeeOf(_see(whole)));
        _refused(abi.encodeCall(CORE.splitReceipt, (whole, seq, parts, svm.createBytes32("order hash"), consent)));
    }

    function _replace(uint256 from, uint256 to) private {
        ReceiptRef[] memory olds = new ReceiptRef[](from);
        for (uint256 i = 0; i < from; ++i) {
            olds[i] = ReceiptRef(svm.createUint256("old"), uint32(svm.createUint(32, "seq")));
            _name(olds[i].receiptId);
        }
        vm.assume(named[0].lotId == lotId);
        Successor[] memory news = _anySuccessors(to);
        bytes32 orderHash = svm.createBytes32("order hash");
        bytes memory consent = _anySignature(_pledgeeOf(named[0]));
        CORE.replaceReceipts(olds, news, orderHash, consent);
        Seen memory first = named[0];
        uint256 grams;
        bool replaced = true;
        for (uint256 i = 0; i < from; ++i) {
            replaced = _both(replaced, _gaveWay(named[i], first));
            grams += named[i].quantityG;
        }
        for (uint256 i = 0; i < to; ++i) {
            replaced = _both(replaced, _tookOver(named[from + i], news[i], first));
            grams -= news[i].quantityG;
        }
        assert(_both(replaced, grams == 0));
        _pledgeeAgreed(first, orderHash, consent);
        _hadRight(RIGHT_REPLACE);
        _conserved();
    }

    /// @dev I3: what the parts have not, the rest has; without a rest there is no receipt left.
    function _split(uint256 count) private {
        Seen memory was = _nameOnLot(svm.createUint256("whole"));
        Successor[] memory parts = _anySuccessors(count);
        bytes32 orderHash = svm.createBytes32("order hash");
        bytes memory consent = _anySignature(_pledgeeOf(was));
        (uint256 word, uint64 restG) =
            CORE.splitReceipt(was.receiptId, uint32(svm.createUint(32, "seq")), parts, orderHash, consent);
        Seen memory rest = _see(was.receiptId);
        uint256 grams = rest.quantityG;
        bool split = _both(_counted(was, rest, STATUS), _movable(was));
        for (uint256 i = 0; i < count; ++i) {
            split = _both(split, _tookOver(named[1 + i], parts[i], was));
            grams += parts[i].quantityG;
        }
        split = _both(split, _both(grams == was.quantityG, rest.quantityG == restG));
        bool left = _both(restG != 0, _both(_statusOf(rest) == LIVE, rest.lotId == lotId));
        split = _both(split, _either(left, _both(restG == 0, _statusOf(rest) == REPLACED)));
        assert(_both(split, word == was.word));
        _wasUnhindered(was);
        _pledgeeAgreed(was, orderHash, consent);
        _hadRight(RIGHT_REPLACE);
        _conserved();
    }

    function _anySuccessors(uint256 count) private returns (Successor[] memory news) {
        news = new Successor[](count);
        for (uint256 i = 0; i < count; ++i) {
            news[i] = Successor(
                svm.createUint256("new"), uint64(svm.createUint(64, "grams")), uint40(svm.createUint(40, "expires"))
            );
            _name(news[i].receiptId);
        }
    }

    /// @dev I10, I4: it could move, was like the first, and is burned.
    function _gaveWay(Seen memory was, Seen memory first) private view returns (bool) {
        Seen memory is_ = _see(was.receiptId);
        bool alike = _both((was.word ^ first.word) & (MEMBERS | KIND | ENCUMBRANCES) == 0, was.lotId == lotId);
        bool burned = _both(_counted(was, is_, STATUS), _statusOf(is_) == REPLACED);
        return _both(_movable(was), _both(alike, burned));
    }

    /// @dev I2, I4: the same holder, operator and kind, the same pledges and liens, no order yet, and nothing
    /// else; I7: its id was never used.
    function _tookOver(Seen memory was, Successor memory order, Seen memory first) private view returns (bool) {
        Seen memory is_ = _see(was.receiptId);
        uint256 kept = first.word & (MEMBERS | KIND | ENCUMBRANCES);
        bool same = is_.word == kept | uint256(LIVE) << 96 | uint256(order.expiresAt) << 112;
        same = _both(same, _both(is_.quantityG == order.quantityG, is_.lotId == lotId));
        return _both(same, was.word == 0);
    }
}
