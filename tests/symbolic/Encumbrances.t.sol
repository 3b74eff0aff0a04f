// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    RIGHT_FREEZE, RIGHT_LIEN, RIGHT_NOTICE, RIGHT_PLEDGE
} from "contracts/interfaces/ActTypes.sol";
import {Ground, Seen} from "./Ground.sol";

/// @title Pledges, freezes, liens and notices: each changes its own bits and nothing else.
contract Encumbrances is Ground {
    function check_add_pledge(uint256 receiptId, uint32 seq, uint32 pledgee) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.addPledge(receiptId, seq, pledgee);
        uint256 word = _onlyChanged(was, PLEDGES);
        assert(uint8(word >> 184) == uint256(_pledgesOf(was)) + 1);
        assert(uint32(word >> 64) == (_pledgesOf(was) == 0 ? pledgee : uint32(was.word >> 64)));
        assert(was.word & (STATUS | FREEZES) == uint256(LIVE) << 96);
        assert(block.timestamp <= uint40(was.word >> 112));
        _hadRight(RIGHT_PLEDGE);
        _conserved();
    }

    /// @dev The act that releases: one or all go, none comes.
    function check_set_pledges(uint256 receiptId, uint32 seq, uint8 pledges, uint32 first) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.setPledges(receiptId, seq, pledges, first);
        uint256 word = _onlyChanged(was, PLEDGES);
        uint256 held = _pledgesOf(was);
        assert(held != 0 && (pledges == 0 || pledges == held || uint256(pledges) + 1 == held));
        assert(uint8(word >> 184) == pledges);
        assert(uint32(word >> 64) == first);
        _hadRight(RIGHT_PLEDGE);
        _conserved();
    }

    /// @dev The same in the act of release: one goes.
    function check_release_pledge(
        uint256 receiptId,
        uint32 seq,
        uint64 pledgeId,
        uint8 pledges,
        uint32 first,
        uint32 pledgee
    ) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.releasePledge(receiptId, seq, pledgeId, pledges, first, pledgee);
        uint256 word = _onlyChanged(was, PLEDGES);
        assert(uint256(pledges) + 1 == _pledgesOf(was));
        assert(uint8(word >> 184) == pledges);
        assert(uint32(word >> 64) == first);
        _hadRight(RIGHT_PLEDGE);
        _conserved();
    }

    function check_freeze(uint256 receiptId, uint24 freezeCase) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.addFreeze(receiptId, freezeCase);
        uint256 word = _onlyChanged(was, FREEZES);
        uint8 held = uint8(was.word >> 208);
        assert(uint8(word >> 208) == uint256(held) + 1);
        assert(uint24(word >> 224) == (held == 0 ? freezeCase : uint24(was.word >> 224)));
        _hadRight(RIGHT_FREEZE);
        _conserved();
    }

    /// @dev The act that releases: one goes.
    function check_unfreeze(uint256 receiptId, uint24 freezeCase) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.dropFreeze(receiptId, freezeCase);
        uint256 word = _onlyChanged(was, FREEZES);
        assert(uint256(uint8(word >> 208)) + 1 == uint8(was.word >> 208));
        _hadRight(RIGHT_FREEZE);
        _conserved();
    }

    function check_set_liens(uint256 receiptId, uint8 liens, uint8 terms) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.setLiens(receiptId, liens, terms);
        uint256 word = _onlyChanged(was, LIENS);
        assert(uint8(word >> 192) == liens);
        assert(uint8(word >> 200) == terms);
        _hadRight(RIGHT_LIEN);
        _conserved();
    }

    function check_notice(uint256 receiptId, uint32 seq, bool stands) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.setNotice(receiptId, seq, stands);
        uint256 word = _onlyChanged(was, STATUS | REASON);
        assert(_statusOf(was) == (stands ? LIVE : SUSPENDED));
        assert(uint8(word >> 96) == (stands ? SUSPENDED : LIVE));
        _hadRight(RIGHT_NOTICE);
        _conserved();
    }
}
