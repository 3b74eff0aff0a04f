// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CaseOrder, FreezeOrder, RenewOrder, UnfreezeOrder} from "contracts/interfaces/ActTypes.sol";
import {ICourt} from "contracts/interfaces/ICourt.sol";
import {Spoil} from "./Desk.sol";
import {LienHandler} from "./LienHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Court cases, freezes, the queue behind them; and what the consortium's office does.
abstract contract CourtHandler is LienHandler {
    function openCase(uint256 seed) external timely {
        uint32 by = inactive[COURT_2] || _roll(seed, 100, 2) == 0 ? COURT : COURT_2;
        uint40 until = _until(seed);
        if (_spoils(Spoil.UNFAIR)) {
            if (spoilAt % 2 == 0) until = uint40(clock + 3 * 366 days + 1);
            else by = BANK; // no court
        }
        CaseOrder memory order =
            CaseOrder(by, lastCase + 1, 1, keccak256(abi.encode("ruling", seed)), until, _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.CASE, order));
        bytes memory signature = _sign(court, by, orderHash);
        _send(court, abi.encodeCall(ICourt.openCase, (order, signature)));
        rulings[++lastCase] = Ruling(by, until, 0);
    }

    function renewCase(uint256 seed) external timely {
        uint24 caseNo = _case(seed);
        Ruling storage ruling = rulings[caseNo];
        uint40 until = _until(seed);
        RenewOrder memory order = RenewOrder(ruling.court, caseNo, _seq(ruling.number), until, _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.RENEW, order));
        bytes memory signature = _sign(court, order.court, orderHash);
        _send(court, abi.encodeCall(ICourt.renewCase, (order, signature)));
        ruling.expiresAt = until;
        ++ruling.number;
    }

    function freeze(uint256 seed) external timely {
        uint24 caseNo = _case(seed);
        Ruling storage ruling = rulings[caseNo];
        // Few receipts of a register are frozen, so that the others can move; some stand under many cases.
        uint256 id = _pick(seed, _roll(seed, 103, 3) == 0 || spoil != Spoil.NOTHING ? 0 : CASED);
        Paper storage paper = papers[id];
        for (uint256 i = 0; i < paper.cases.length; ++i) if (paper.cases[i] == caseNo) _skip();
        FreezeOrder memory order =
            FreezeOrder(id, ruling.court, caseNo, _seq(ruling.number), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.FREEZE, order));
        bytes memory signature = _sign(court, order.court, orderHash);
        _send(court, abi.encodeCall(ICourt.freeze, (order, signature)));
        ++ruling.number;
        paper.cases.push(caseNo);
        _count(id);
    }

    function unfreeze(uint256 seed) external timely {
        uint256 id = _pick(seed, CASED);
        Paper storage paper = papers[id];
        if (paper.cases.length == 0) _skip();
        uint24 caseNo = paper.cases[_roll(seed, 104, paper.cases.length)];
        Ruling storage ruling = rulings[caseNo];
        if (inactive[ruling.court] && spoil != Spoil.IDLE_PARTY) _skip();
        UnfreezeOrder memory order =
            UnfreezeOrder(id, ruling.court, caseNo, _seq(ruling.number), _deadline());
        bytes32 orderHash = keccak256(abi.encode(Typed.UNFREEZE, order));
        bytes memory signature = _sign(court, order.court, orderHash);
        _send(court, abi.encodeCall(ICourt.unfreeze, (order, signature)));
        ++ruling.number;
        _leaveCase(id, caseNo);
    }

    /// @notice Anyone takes a lapsed case off a receipt. No order, so it is not kept for replays.
    function lapse(uint256 seed) external timely {
        uint256 id = _pick(seed, CASED);
        Paper storage paper = papers[id];
        for (uint256 i = 0; i < paper.cases.length; ++i) {
            uint24 caseNo = paper.cases[i];
            uint40 until = rulings[caseNo].expiresAt;
            // I4: a case that still holds does not lapse. One that ends soon is waited for.
            if (clock <= until && !_spoils(Spoil.UNFAIR)) {
                if (until - clock > 40 days || _roll(seed, 113, 4) == 0) continue;
                _pass(until + 1 - clock);
            }
            (bool done, bytes memory answer) = court.call(abi.encodeCall(ICourt.lapse, (id, caseNo)));
            if (!done) revert Refused(spoiled, answer);
            _leaveCase(id, caseNo);
            return;
        }
        _skip();
    }

    // --- the consortium's office ---

    function rotateCommittee(uint256 seed) external timely {
        if (_roll(seed, 105, 4) != 0) _skip();
        _rotateCommittee(_roll(seed, 106, 2) == 0 ? "policy" : "stricter policy");
    }

    function rotateAccount(uint256 seed) external timely {
        if (_roll(seed, 107, 2) != 0) _skip();
        _rotateAccount(uint32(1 + _roll(seed, 108, MEMBERS)));
    }

    /// @notice One member at a time is suspended by the consortium, then admitted again.
    function setStanding(uint256 seed) external timely {
        uint32[4] memory some = [TRADER_2, BANK_2, BANK_3, COURT_2];
        for (uint256 i = 0; i < some.length; ++i) {
            if (inactive[some[i]]) {
                _setStanding(some[i], true);
                return;
            }
        }
        if (_roll(seed, 109, 3) != 0) _skip();
        _setStanding(some[_roll(seed, 110, 4)], false);
    }

    /// @notice Some hours, now and then many days.
    function waitFor(uint256 seed) external timely {
        _pass(1 + _roll(seed, 111, _roll(seed, 112, 8) == 0 ? 30 days : 8 hours));
    }

    /// @dev Some rulings hold for days, some for months.
    function _until(uint256 seed) private view returns (uint40) {
        return uint40(clock + 1 + _roll(seed, 101, _roll(seed, 102, 2) == 0 ? 30 days : 300 days));
    }

    function _case(uint256 seed) private view returns (uint24 caseNo) {
        if (lastCase == 0) _skip();
        for (uint256 i = 0; i < 8; ++i) {
            caseNo = uint24(1 + _roll(seed, 120 + i, lastCase));
            if (clock <= rulings[caseNo].expiresAt && !inactive[rulings[caseNo].court]) return caseNo;
        }
        _skip();
    }

    function _leaveCase(uint256 id, uint24 caseNo) private {
        uint24[] storage cases = papers[id].cases;
        bool found = false;
        for (uint256 i = 0; i < cases.length; ++i) {
            if (found) cases[i - 1] = cases[i];
            if (cases[i] == caseNo) found = true;
        }
        cases.pop();
        _count(id);
    }
}
