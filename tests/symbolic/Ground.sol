// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceiptModules} from "contracts/interfaces/IReceiptPrimitives.sol";
import {Shipped} from "shipped/Shipped.sol";
import {svm, vm} from "./Svm.sol";

/// What the chain says of one receipt.
struct Seen {
    uint256 receiptId;
    uint256 word;
    uint64 quantityG;
    bytes24 lotId;
}

/// @title The shipped contracts in any state whatever, and what must be true of one step from there.
/// @dev Every storage slot of both contracts is a free variable: any receipts, lots, members, rights, committee.
/// A check names the receipts and the lot of its transition, free variables too, and assumes nothing of them but
/// what `_wellFormed` says; and that is proved of the state after each step, so it holds after any number of them.
abstract contract Ground {
    IReceiptModules internal constant CORE = IReceiptModules(Shipped.RECEIPTS);

    uint8 internal constant LIVE = 1;
    uint8 internal constant SUSPENDED = 2;
    uint8 internal constant DELIVERED = 3;
    uint8 internal constant REPLACED = 4;

    uint256 internal constant PLEDGES = 0xffffffff << 64 | 0xff << 184; // first pledgee and number
    uint256 internal constant ASSERTED_LIENS = 0xff << 192;
    uint256 internal constant LIENS = 0xffff << 192; // asserted ones and terms
    uint256 internal constant FREEZES = 0xff << 208 | 0xffffff << 224; // number and the case in force
    uint256 internal constant ENCUMBRANCES = PLEDGES | LIENS | FREEZES;
    uint256 internal constant HOLDER = 0xffffffff;
    uint256 internal constant SEQ = 0xffffffff << 152;
    uint256 internal constant STATUS = 0xff << 96;
    uint256 internal constant KIND = 0xff << 104;
    uint256 internal constant REASON = 0xff << 216;

    /// The lot of the transition, and the receipts it names, as they were.
    bytes24 internal lotId;
    uint256 internal lotBefore;
    Seen[] internal named;

    /// Any receipt and any lot that the transition does not name: what is true of them is true of all others.
    Seen internal bystander;
    bytes24 internal otherLot;
    uint256 internal otherLotBefore;

    function setUp() public virtual {
        vm.etch(Shipped.CONSORTIUM, Shipped.consortium());
        vm.etch(Shipped.RECEIPTS, Shipped.first());
        vm.etch(Shipped.SECOND, Shipped.second());
        vm.setArbitraryStorage(Shipped.CONSORTIUM);
        vm.setArbitraryStorage(Shipped.RECEIPTS);
        vm.warp(svm.createUint(40, "now"));
        lotId = bytes24(svm.createBytes32("lot"));
        otherLot = bytes24(svm.createBytes32("other lot"));
        vm.assume(otherLot != lotId);
        lotBefore = _lot(lotId);
        otherLotBefore = _lot(otherLot);
        vm.assume(_covered(lotBefore));
        bystander = _see(svm.createUint256("bystander"));
    }

    // --- before a step ---

    /// @dev A receipt that the transition names.
    function _name(uint256 receiptId) internal returns (Seen memory seen) {
        vm.assume(receiptId != bystander.receiptId);
        for (uint256 i = 0; i < named.length; ++i) vm.assume(receiptId != named[i].receiptId);
        seen = _see(receiptId);
        vm.assume(_wellFormed(seen));
        named.push(seen);
    }

    /// @dev A receipt on the lot of the transition.
    function _nameOnLot(uint256 receiptId) internal returns (Seen memory seen) {
        seen = _name(receiptId);
        vm.assume(seen.lotId == lotId);
    }

    // --- after it ---

    /// @dev I1, I2 and I7 for any transition.
    function _holds() internal view {
        uint256 lot = _lot(lotId);
        bool holds = _covered(lot);
        uint256 before;
        uint256 present;
        for (uint256 i = 0; i < named.length; ++i) {
            Seen memory was = named[i];
            Seen memory is_ = _see(was.receiptId);
            holds = _both(holds, _wellFormed(is_));
            holds = _both(holds, _either(_statusOf(was) < DELIVERED, _same(was, is_)));
            unchecked {
                before += _share(was);
                present += _share(is_);
            }
        }
        unchecked {
            holds = _both(holds, _liveOf(lot) - _liveOf(lotBefore) == present - before); // I1 by induction: live = sum
        }
        holds = _both(holds, _lot(otherLot) == otherLotBefore);
        assert(_both(holds, _same(bystander, _see(bystander.receiptId))));
    }

    /// @dev Nothing of the lot, of the receipts named or of any other changed.
    function _unchanged() internal view {
        bool same = _lot(lotId) == lotBefore;
        for (uint256 i = 0; i < named.length; ++i) same = _both(same, _same(named[i], _see(named[i].receiptId)));
        same = _both(same, _lot(otherLot) == otherLotBefore);
        assert(_both(same, _same(bystander, _see(bystander.receiptId))));
    }

    /// @dev The receipt contract takes no such call.
    function _refused(bytes memory data) internal {
        (bool taken,) = Shipped.RECEIPTS.call(data);
        assert(!taken);
    }

    /// @dev I3: no gram made or lost.
    function _conserved() internal view {
        assert(_lot(lotId) == lotBefore);
        _holds();
    }

    /// @dev I3: what left is neither there nor stood for any more.
    function _left(uint256 byG) internal view {
        uint256 lot = _lot(lotId);
        bool lowered = lot >> 128 == lotBefore >> 128;
        unchecked {
            lowered = _both(lowered, _liveOf(lotBefore) - _liveOf(lot) == byG);
            lowered = _both(lowered, _attestedOf(lotBefore) - _attestedOf(lot) == byG);
        }
        assert(lowered);
        _holds();
    }

    /// @dev I2, I3, I4 for a receipt that stays: its first slot differs at most in these bits and in `seq`, which
    /// is one more, and its goods are the same.
    function _onlyChanged(Seen memory was, uint256 bits) internal view returns (uint256 word) {
        Seen memory is_ = _see(was.receiptId);
        word = is_.word;
        bool kept = _both(is_.quantityG == was.quantityG, is_.lotId == was.lotId);
        assert(_both(kept, _counted(was, is_, bits)));
    }

    /// @dev It differs at most in these bits and in `seq`, which is one more: this order was its next.
    function _counted(Seen memory was, Seen memory is_, uint256 bits) internal pure returns (bool) {
        bool kept = (is_.word ^ was.word) & ~(bits | SEQ) == 0;
        unchecked {
            return _both(kept, uint32(is_.word >> 152) == uint32((was.word >> 152) + 1));
        }
    }

    /// @dev I4, I8: a receipt that its holder's orders alone could end was bound by nobody.
    function _wasFree(Seen memory was) internal view {
        assert(was.word & PLEDGES == 0);
        _wasUnhindered(was);
    }

    /// @dev I4, I10: neither a court's freeze nor an asserted lien was on it, and it was live and fresh.
    function _wasUnhindered(Seen memory was) internal view {
        assert(_movable(was));
        assert(block.timestamp <= uint40(was.word >> 112));
    }

    /// @dev Live, with neither freeze nor asserted lien.
    function _movable(Seen memory was) internal pure returns (bool) {
        return was.word & (STATUS | FREEZES | ASSERTED_LIENS) == uint256(LIVE) << 96;
    }

    // --- reading ---

    function _see(uint256 receiptId) internal view returns (Seen memory seen) {
        bytes32 slot = keccak256(abi.encode(receiptId, uint256(0)));
        uint256 goods = uint256(vm.load(Shipped.RECEIPTS, bytes32(uint256(slot) + 1)));
        return Seen(receiptId, uint256(vm.load(Shipped.RECEIPTS, slot)), uint64(goods), bytes24(bytes32(goods)));
    }

    function _lot(bytes24 id) internal view returns (uint256) {
        return uint256(vm.load(Shipped.RECEIPTS, keccak256(abi.encode(id, uint256(1)))));
    }

    function _accountOf(uint256 member) internal view returns (address) {
        return address(uint160(uint256(vm.load(Shipped.CONSORTIUM, keccak256(abi.encode(member, uint256(1)))))));
    }

    /// @dev I5 for modules: whoever calls has the right.
    function _hadRight(uint256 right) internal view {
        assert(uint256(vm.load(Shipped.CONSORTIUM, keccak256(abi.encode(address(this), uint256(6))))) & right != 0);
    }

    function _statusOf(Seen memory seen) internal pure returns (uint8) {
        return uint8(seen.word >> 96);
    }

    function _pledgesOf(Seen memory seen) internal pure returns (uint8) {
        return uint8(seen.word >> 184);
    }

    function _attestedOf(uint256 lot) internal pure returns (uint256) {
        return uint64(lot);
    }

    function _liveOf(uint256 lot) internal pure returns (uint256) {
        return uint64(lot >> 64);
    }

    /// @dev I1; and above the operator's bits there is nothing.
    function _covered(uint256 lot) private pure returns (bool) {
        return _both(_liveOf(lot) <= _attestedOf(lot), lot >> 160 == 0);
    }

    function _same(Seen memory was, Seen memory is_) private pure returns (bool) {
        return _both(was.word == is_.word, _both(was.quantityG == is_.quantityG, was.lotId == is_.lotId));
    }

    /// @dev What the receipt stands for of the lot.
    function _share(Seen memory seen) private view returns (uint256 grams) {
        bool counts = _both(_either(_statusOf(seen) == LIVE, _statusOf(seen) == SUSPENDED), seen.lotId == lotId);
        uint256 quantityG = seen.quantityG;
        assembly ("memory-safe") {
            grams := and(sub(0, counts), quantityG)
        }
    }

    /// @dev One of the five states; one that was never issued is empty, a burned one has no goods, and a first
    /// pledgee and a case in force are named if and only if there are pledges and freezes.
    function _wellFormed(Seen memory seen) private pure returns (bool) {
        uint8 status = _statusOf(seen);
        bool empty = _both(seen.quantityG == 0, seen.lotId == 0);
        bool paired = (_pledgesOf(seen) == 0) == (uint32(seen.word >> 64) == 0);
        paired = _both(paired, (uint8(seen.word >> 208) == 0) == (uint24(seen.word >> 224) == 0));
        bool alive = _both(_either(status == LIVE, status == SUSPENDED), seen.quantityG != 0);
        bool burned = _both(_either(status == DELIVERED, status == REPLACED), empty);
        return _either(_both(_either(alive, burned), paired), _both(seen.word == 0, empty));
    }

    // --- without a branch, since each branch doubles the paths ---

    function _both(bool one, bool other) internal pure returns (bool both) {
        assembly ("memory-safe") {
            both := and(one, other)
        }
    }

    function _either(bool one, bool other) internal pure returns (bool either) {
        assembly ("memory-safe") {
            either := or(one, other)
        }
    }
}
