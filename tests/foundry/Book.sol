// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipt} from "contracts/interfaces/IWarehouseReceipt.sol";
import {
    Receipt,
    STATUS_DELIVERED,
    STATUS_LIVE,
    STATUS_REPLACED,
    STATUS_SUSPENDED
} from "contracts/interfaces/Types.sol";
import {Desk, Spoil} from "./Desk.sol";
import {vm} from "./Vm.sol";

/// @title What must be true after every signed order, kept beside the contracts and never read from them.
abstract contract Book is Desk {
    /// A receipt as the orders given so far have made it.
    struct Paper {
        bytes24 lotId;
        uint32 holder;
        uint32 operator;
        uint64 grams;
        uint40 expiresAt;
        uint32 seq;
        uint8 status;
        uint8 kind;
        uint32 keeper; // holder when it was pledged, or whom the first pledgee has agreed to since
        bytes32 shadow; // what the chain said of it after its last order
        uint64[] pledges; // by rank
        uint24[] cases; // the first is in force
        uint40 noticeUntil; // lost: not replaced before; zero without notice
        uint8 liens; // 1 if the keeper asserts its lien
        uint8 lienTerms; // rank of agreed storage fees
    }

    struct LotSum {
        uint32 operator;
        uint64 attestedG;
        uint256 issuedG;
        uint256 deliveredG;
        uint256 lostG; // found short, or gone to paper
    }

    struct Debt {
        uint32 pledgee;
        uint64 amountMinor;
        bytes3 currency;
        uint40 maturity;
        uint16 ltvBps;
        uint24 cureS;
        uint40 defaultAt;
        uint16 receipts;
        uint32 born; // how many pledges were made before
    }

    struct Ruling {
        uint32 court;
        uint40 expiresAt;
        uint32 number;
    }

    // What a handler needs of a receipt.
    uint256 internal constant MOVABLE = 1; // live, not frozen, not expired, holder may act
    uint256 internal constant FREE = 2;
    uint256 internal constant PLEDGED = 4;
    uint256 internal constant LIVE = 8;
    uint256 internal constant SUSPENDED = 16;
    uint256 internal constant CASED = 32;
    uint256 internal constant OPEN_RANK = 64;
    uint256 internal constant ONE_RANK = 128; // one pledge at most
    uint256 internal constant TWO_GRAMS = 256;
    uint256 internal constant UNHINDERED = 512; // live and not frozen; expired or not
    uint256 internal constant NOTICED = 2048; // under a notice of loss
    uint256 internal constant TERMS = 4096; // storage terms are agreed
    uint256 internal constant NO_TERMS = 8192;

    uint256 internal constant BONDED = 16384;

    // What an act may do all the same.
    uint256 internal constant THOUGH_EXPIRED = 1;
    uint256 internal constant THOUGH_LIEN = 2;

    uint256 internal constant CONSENTED = 1024; // pledged or not: the order takes the pledgee's signature

    uint256 internal constant MOST_LIVE = 40;
    uint256 internal constant MOST_LOTS = 16;

    mapping(uint256 id => Paper) internal papers;
    mapping(bytes24 lotId => LotSum) internal sums;
    mapping(uint64 pledgeId => Debt) internal debts;
    mapping(uint24 caseNo => Ruling) internal rulings;
    mapping(uint32 member => uint256 count) internal held;
    mapping(bytes24 lotId => bytes3) internal lotCurrency; // that its goods are valued in
    uint256[] internal live; // unburned
    uint256[] internal burned;
    bytes24[] internal lots;
    uint24 internal lastCase;
    uint32 internal pledgesMade;
    uint256 private _documents;

    /// How often each invariant was seen broken by an act itself; the last entry is for refusals without a reason.
    uint256[12] internal breaches;
    bytes32 internal breachNote;

    function _breach(uint256 invariant, bytes32 note) internal {
        ++breaches[invariant];
        breachNote = note;
    }

    /// @dev One of many independent numbers from a handler's one.
    function _roll(uint256 seed, uint256 salt, uint256 below) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt))) % below;
    }

    /// @dev There is nothing to try here: the call does not count.
    function _skip() internal pure {
        vm.assume(false);
    }

    function _newId() internal returns (uint256 id) {
        if (burned.length != 0 && _spoils(Spoil.BURNED)) return burned[spoilAt % burned.length];
        return uint256(keccak256(abi.encode("document", ++_documents)));
    }

    // --- which receipt ---

    /// @dev A receipt with what the act needs, or, for a hostile handler, one that lacks it. Now and then any:
    /// the contracts decide.
    function _pick(uint256 seed, uint256 needs) internal returns (uint256 id) {
        uint256 start = _roll(seed, 1, type(uint128).max);
        if (spoil == Spoil.BURNED && burned.length != 0 && spoilAt % 2 == 0) {
            spoiled = true;
            return burned[start % burned.length];
        }
        uint256 count = live.length;
        if (count == 0) _skip();
        if (spoil == Spoil.NOTHING && start >> 64 & 31 == 0) return live[start % count];
        for (uint256 i = 0; i < count; ++i) {
            id = live[(start + i) % count];
            if (_suits(papers[id], needs)) {
                bool wanted = spoil == Spoil.BOUND || spoil == Spoil.NO_CONSENT && needs & (FREE | CONSENTED) != 0;
                if (wanted) spoiled = true;
                return id;
            }
        }
        _skip();
    }

    /// @dev Pledged and expired: its first pledgee may have it extended without the holder.
    function _overdue(Paper storage paper) internal view returns (bool) {
        return paper.pledges.length != 0 && clock > paper.expiresAt;
    }

    function _suits(Paper storage paper, uint256 needs) private view returns (bool) {
        uint256 pledges = paper.pledges.length;
        if (needs & (LIVE | UNHINDERED) != 0 && paper.status != STATUS_LIVE) return false;
        bool noticed = paper.noticeUntil != 0;
        if (needs & SUSPENDED != 0 && (paper.status != STATUS_SUSPENDED || noticed)) return false;
        if (needs & NOTICED != 0 && !noticed) return false;
        if (needs & CASED != 0 && paper.cases.length == 0) return false;
        if (needs & (UNHINDERED | NOTICED) != 0 && (paper.cases.length | paper.liens) != 0) return false;
        if (needs & TERMS != 0 && paper.lienTerms == 0) return false;
        if (needs & NO_TERMS != 0 && paper.lienTerms != 0) return false;
        if (needs & TWO_GRAMS != 0 && paper.grams < 2) return false;
        if (needs & OPEN_RANK != 0 && (pledges >= 4 || _bonded(paper))) return false;
        if (needs & BONDED != 0 && !_bonded(paper)) return false;
        if (needs & ONE_RANK != 0 && pledges > 1) return false;
        if (needs & PLEDGED != 0 && pledges == 0) return false;
        if (spoil == Spoil.NO_CONSENT) {
            if (needs & (FREE | CONSENTED) != 0 && pledges == 0) return false;
        } else if (needs & FREE != 0 && pledges != 0) {
            return false;
        }
        if (needs & MOVABLE == 0) return true;
        if (inactive[paper.holder] && spoil != Spoil.IDLE_PARTY) return false;
        // A receipt under its keeper's lien can be pledged: whoever takes it knows what goes before.
        bool held_ = needs & OPEN_RANK == 0 && paper.liens != 0;
        bool still = paper.status != STATUS_LIVE || paper.cases.length != 0 || clock > paper.expiresAt;
        return (still || held_) == (spoil == Spoil.BOUND);
    }

    /// @dev A trader that may act, another than `not`; now and then the bank that has an attester.
    function _trader(uint256 seed, uint32 not) internal view returns (uint32) {
        if (not != BANK && (spoil == Spoil.OWN_CAUSE || _roll(seed, 2, 16) == 0)) return BANK;
        return _another([IMPORTER, TRADER, TRADER_2], seed, not);
    }

    /// @dev A bank that may act, another than `not`.
    function _bank(uint256 seed, uint32 not) internal view returns (uint32) {
        if (not != BANK && spoil == Spoil.OWN_CAUSE) return BANK;
        return _another([BANK, BANK_2, BANK_3], seed, not);
    }

    /// @dev One of the same trade; where a hostile handler wants it so, the one that may not act.
    function _another(uint32[3] memory some, uint256 seed, uint32 not) private view returns (uint32 member) {
        for (uint256 i = 0; i < 6; ++i) {
            member = some[(seed % 3 + i) % 3];
            bool wanted = inactive[member] == (spoil == Spoil.IDLE_PARTY) || i > 2 && !inactive[member];
            if (member != not && wanted) return member;
        }
    }

    /// @dev A bond is a pledge without an LTV.
    function _bonded(Paper storage paper) internal view returns (bool) {
        return paper.pledges.length != 0 && debts[paper.pledges[0]].ltvBps == 0;
    }

    function _firstPledgee(Paper storage paper) internal view returns (uint32) {
        return paper.pledges.length == 0 ? 0 : debts[paper.pledges[0]].pledgee;
    }

    // --- what an order does ---

    /// @dev Send an order that moves, changes or burns a receipt. I10 and I8 are judged by what the chain said
    /// of the receipt before.
    function _sendMove(uint256 id, address target, bytes memory data, bool consented, uint256 though) internal {
        Receipt memory was = _chain(id);
        bool still = was.status != STATUS_LIVE || was.freezes != 0;
        if (though & THOUGH_EXPIRED == 0 && clock > was.expiresAt) still = true;
        if (though & THOUGH_LIEN == 0 && was.liens != 0) still = true;
        _send(target, data);
        if (still) _breach(10, "a bound receipt moved");
        if (was.pledges != 0 && !consented) _breach(8, "moved without the pledgee");
    }

    function _chain(uint256 id) internal view returns (Receipt memory) {
        return IWarehouseReceipt(receipts).receiptOf(id);
    }

    function _enter(uint256 id, Paper memory made) internal {
        made.status = STATUS_LIVE;
        papers[id] = made;
        live.push(id);
        ++held[made.holder];
        for (uint256 i = 0; i < made.pledges.length; ++i) ++debts[made.pledges[i]].receipts;
        _settle(id);
    }

    /// @dev A receipt that takes part of another's place.
    function _succeed(uint256 id, uint256 from, uint64 grams, uint40 expiresAt) internal {
        Paper memory made = papers[from];
        made.grams = grams;
        made.expiresAt = expiresAt;
        made.seq = 0;
        delete made.cases;
        made.noticeUntil = 0;
        _enter(id, made);
    }

    function _bury(uint256 id, uint8 status) internal {
        Paper storage paper = papers[id];
        --held[paper.holder];
        for (uint256 i = 0; i < paper.pledges.length; ++i) --debts[paper.pledges[i]].receipts;
        if (status == STATUS_DELIVERED) sums[paper.lotId].deliveredG += paper.grams;
        (paper.status, paper.grams, paper.lotId) = (status, 0, 0);
        delete paper.pledges;
        ++paper.seq;
        for (uint256 i = 0; i < live.length; ++i) {
            if (live[i] != id) continue;
            live[i] = live[live.length - 1];
            live.pop();
            break;
        }
        burned.push(id);
        _settle(id);
    }

    function _moved(uint256 id, uint32 to) internal {
        Paper storage paper = papers[id];
        --held[paper.holder];
        ++held[to];
        paper.holder = to;
        paper.keeper = to;
        ++paper.seq;
        _settle(id);
    }

    function _count(uint256 id) internal {
        ++papers[id].seq;
        _settle(id);
    }

    /// @dev Compare a receipt that an order has touched with the book, at once.
    function _settle(uint256 id) internal {
        Receipt memory found = _chain(id);
        Paper storage paper = papers[id];
        paper.shadow = keccak256(abi.encode(found));
        if (found.holder != paper.holder) _breach(2, "holder");
        if (found.quantityG != paper.grams || found.lotId != paper.lotId) _breach(3, "grams or lot");
        if (found.seq != paper.seq) _breach(6, "seq");
        if (found.status != paper.status) _breach(7, "status");
        if (paper.status >= STATUS_DELIVERED) return;
        if (!_sameEncumbrances(found, paper)) _breach(4, "encumbrances");
    }

    function _sameEncumbrances(Receipt memory found, Paper storage paper) internal view returns (bool) {
        uint24 inForce = paper.cases.length == 0 ? 0 : paper.cases[0];
        return found.pledges == paper.pledges.length && found.firstPledgee == _firstPledgee(paper)
            && found.freezes == paper.cases.length && found.freezeCase == inForce
            && found.liens == paper.liens && found.lienTerms == paper.lienTerms;
    }

    function _burnedStatus(uint8 status) internal pure returns (bool) {
        return status == STATUS_DELIVERED || status == STATUS_REPLACED;
    }
}
