// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Lot, Receipt, STATUS_LIVE} from "../interfaces/Types.sol";

/// @title Receipts and lots as storage words: each slot is read once and written once.
/// @dev The compiler's own code reads and writes a slot per field, which costs several thousand gas an act.
/// Positions are those of the structs in Types.sol; a test holds them to the compiler's storage layout.
library Slots {
    uint256 private constant OPERATOR = 32;
    uint256 private constant FIRST_PLEDGEE = 64;
    uint256 private constant STATUS = 96;
    uint256 private constant KIND = 104;
    uint256 private constant EXPIRES_AT = 112;
    uint256 private constant SEQ = 152;
    uint256 private constant PLEDGES = 184;
    uint256 private constant LIENS = 192;
    uint256 private constant LIEN_TERMS = 200;
    uint256 private constant FREEZES = 208;
    uint256 private constant SUSPEND_REASON = 216;
    uint256 private constant FREEZE_CASE = 224;
    /// Bits of pledges, liens and freezes: what stops a holder's own orders. Lien terms stop nothing.
    uint256 private constant ENCUMBRANCES = 0xffff << PLEDGES | 0xff << FREEZES;
    /// Bits of holder, status, seq and encumbrances.
    uint256 private constant FREE_MASK = 0xffffffff | 0xff << STATUS | 0xffffffff << SEQ | ENCUMBRANCES;

    /// Bits of holder, operator, first pledgee, kind, pledges, liens and lien terms: what a successor keeps.
    uint256 private constant KEPT_MASK = 0xffffffffffffffffffffffff | 0xff << KIND | 0xffffff << PLEDGES;

    uint256 private constant LOT_LIVE = 64;
    uint256 private constant LOT_OPERATOR = 128;

    function load(Receipt storage receipt) internal view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(receipt.slot)
        }
    }

    function save(Receipt storage receipt, uint256 word) internal {
        assembly ("memory-safe") {
            sstore(receipt.slot, word)
        }
    }

    /// @notice First slot of a new receipt: live, unencumbered, next order 0.
    function newReceipt(uint32 holder, uint32 operator, uint8 kind, uint40 expiresAt)
        internal
        pure
        returns (uint256)
    {
        return uint256(holder) | uint256(operator) << OPERATOR | uint256(STATUS_LIVE) << STATUS
            | uint256(kind) << KIND | uint256(expiresAt) << EXPIRES_AT;
    }

    /// @notice Whether a receipt is live, unencumbered, held by `holder` and waits for order `seq`: the four
    /// checks every move needs, in one comparison.
    function isFree(uint256 word, uint32 holder, uint32 seq) internal pure returns (bool) {
        return word & FREE_MASK == uint256(holder) | uint256(STATUS_LIVE) << STATUS | uint256(seq) << SEQ;
    }

    /// @notice Write quantity and lot, the second slot; zeros give part of the gas back.
    function saveGoods(Receipt storage receipt, uint64 quantityG, bytes24 lotId) internal {
        uint256 word = uint256(bytes32(lotId)) | quantityG;
        assembly ("memory-safe") {
            sstore(add(receipt.slot, 1), word)
        }
    }

    function loadGoods(Receipt storage receipt) internal view returns (uint64 quantityG, bytes24 lotId) {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(add(receipt.slot, 1))
        }
        return (uint64(word), bytes24(bytes32(word)));
    }

    function holderOf(uint256 word) internal pure returns (uint32) {
        return uint32(word);
    }

    function operatorOf(uint256 word) internal pure returns (uint32) {
        return uint32(word >> OPERATOR);
    }

    function statusOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> STATUS);
    }

    function expiresAtOf(uint256 word) internal pure returns (uint40) {
        return uint40(word >> EXPIRES_AT);
    }

    function seqOf(uint256 word) internal pure returns (uint32) {
        return uint32(word >> SEQ);
    }

    /// @notice Whether a pledge, a lien or a freeze is on the receipt.
    function isEncumbered(uint256 word) internal pure returns (bool) {
        return word & ENCUMBRANCES != 0;
    }

    /// @notice Whether a receipt is live and unencumbered; if it is not, it is locked (ERC-5192).
    function isOpen(uint256 word) internal pure returns (bool) {
        return word & (0xff << STATUS | ENCUMBRANCES) == uint256(STATUS_LIVE) << STATUS;
    }

    function withHolder(uint256 word, uint32 holder) internal pure returns (uint256) {
        return word & ~uint256(type(uint32).max) | holder;
    }

    function withStatus(uint256 word, uint8 status) internal pure returns (uint256) {
        return word & ~(uint256(type(uint8).max) << STATUS) | uint256(status) << STATUS;
    }

    /// @notice Count one order. A receipt would need 2^32 of them to run over.
    function withNextSeq(uint256 word) internal pure returns (uint256) {
        return word & ~(uint256(type(uint32).max) << SEQ) | uint256(seqOf(word) + 1) << SEQ;
    }

    function firstPledgeeOf(uint256 word) internal pure returns (uint32) {
        return uint32(word >> FIRST_PLEDGEE);
    }

    function kindOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> KIND);
    }

    function pledgesOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> PLEDGES);
    }

    function liensOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> LIENS);
    }

    /// @notice Rank of agreed storage fees: 1 before the pledges, 2 behind them, 0 if none are agreed.
    function lienTermsOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> LIEN_TERMS);
    }

    function freezesOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> FREEZES);
    }

    function suspendReasonOf(uint256 word) internal pure returns (uint8) {
        return uint8(word >> SUSPEND_REASON);
    }

    function freezeCaseOf(uint256 word) internal pure returns (uint24) {
        return uint24(word >> FREEZE_CASE);
    }

    function withPledges(uint256 word, uint8 pledges, uint32 firstPledgee) internal pure returns (uint256) {
        word &= ~(uint256(type(uint32).max) << FIRST_PLEDGEE | uint256(type(uint8).max) << PLEDGES);
        return word | uint256(firstPledgee) << FIRST_PLEDGEE | uint256(pledges) << PLEDGES;
    }

    function withLiens(uint256 word, uint8 liens, uint8 lienTerms) internal pure returns (uint256) {
        word &= ~(uint256(type(uint16).max) << LIENS);
        return word | uint256(liens) << LIENS | uint256(lienTerms) << LIEN_TERMS;
    }

    function withFreezes(uint256 word, uint8 freezes, uint24 freezeCase) internal pure returns (uint256) {
        word &= ~(uint256(type(uint8).max) << FREEZES | uint256(type(uint24).max) << FREEZE_CASE);
        return word | uint256(freezes) << FREEZES | uint256(freezeCase) << FREEZE_CASE;
    }

    function withSuspendReason(uint256 word, uint8 reason) internal pure returns (uint256) {
        return word & ~(uint256(type(uint8).max) << SUSPEND_REASON) | uint256(reason) << SUSPEND_REASON;
    }

    /// @notice What two receipts must have in common to become one, and what every successor keeps.
    function keptOf(uint256 word) internal pure returns (uint256) {
        return word & KEPT_MASK;
    }

    /// @notice First slot of a receipt that replaces others: live, with their pledges and liens, next order 0.
    function successor(uint256 kept, uint40 expiresAt) internal pure returns (uint256) {
        return kept | uint256(STATUS_LIVE) << STATUS | uint256(expiresAt) << EXPIRES_AT;
    }

    function load(Lot storage lot) internal view returns (uint64 attestedG, uint64 liveG, uint32 operator) {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(lot.slot)
        }
        return (uint64(word), uint64(word >> LOT_LIVE), uint32(word >> LOT_OPERATOR));
    }

    function save(Lot storage lot, uint64 attestedG, uint64 liveG, uint32 operator) internal {
        uint256 word = uint256(attestedG) | uint256(liveG) << LOT_LIVE | uint256(operator) << LOT_OPERATOR;
        assembly ("memory-safe") {
            sstore(lot.slot, word)
        }
    }
}
