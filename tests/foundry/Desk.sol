// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Attestation, Committee} from "contracts/interfaces/Types.sol";
import {Signer} from "./Signer.sol";
import {Typed} from "./Typed.sol";
import {vm} from "./Vm.sol";
import {World} from "./World.sol";

/// What a hostile handler spoils in an act that is otherwise good.
enum Spoil {
    NOTHING,
    PARTY, // a party's signature is a stranger's
    TOO_FEW, // one attester too few
    NO_OPERATOR, // the operator's attester is not among them
    OWN_CAUSE, // a party's attester is among them
    NO_ATTESTER, // a stranger attests
    TWICE, // one attester signs twice
    DISORDER, // signatures not ascending
    STALE, // evidence is too old
    FUTURE, // evidence is of tomorrow
    TOO_LONG, // valid for longer than allowed
    OLD_EPOCH, // attesters of the committee before
    OTHER_POLICY,
    OTHER_ORDER, // an attestation of another order
    OTHER_EVIDENCE, // evidence changed after it was signed
    LATE, // the order's deadline has passed
    WRONG_SEQ, // an order of the past or the future
    NO_CONSENT, // a pledged receipt, and no pledgee's signature
    BOUND, // a receipt that is suspended, frozen or expired
    BURNED, // a receipt that is no more
    IDLE_PARTY, // a party that the consortium has suspended
    UNFAIR // grams, ranks or proceeds that do not add up
}

/// @title Who signs, and who attests; spoiled where a hostile handler wants it so.
abstract contract Desk is World {
    /// A refusal, and whether what the hostile handler wanted spoiled was spoiled.
    error Refused(bool spoiled, bytes reason);

    Spoil internal spoil;
    bool internal spoiled;
    /// @dev Which of an act's signatures by parties is spoiled.
    uint256 internal spoilAt;
    uint256 internal signaturesMade;

    /// What was sent and accepted, for replays.
    struct Sent {
        address target;
        bytes data;
    }

    Sent[16] internal sent;
    uint256 internal sentCount;

    uint256 internal constant STRANGER = 0xbad;
    /// A full quorum without the operator.
    uint32 internal constant NO_KEEPER = type(uint32).max;

    /// @dev What a refused call did to the test machine's clock is not undone with it.
    modifier timely() {
        vm.warp(clock);
        _;
    }

    /// @dev Send an act; a refusal becomes this handler's own.
    function _send(address target, bytes memory data) internal {
        (bool done, bytes memory answer) = target.call(data);
        if (!done) revert Refused(spoiled, answer);
        Sent storage slot = sent[sentCount++ % sent.length];
        slot.target = target;
        slot.data = data;
    }

    function _spoils(Spoil what) internal returns (bool) {
        if (spoil != what) return false;
        spoiled = true;
        return true;
    }

    function _deadline() internal returns (uint64) {
        return _spoils(Spoil.LATE) ? uint64(clock - 1) : uint64(clock + 1 days);
    }

    function _seq(uint32 seq) internal returns (uint32) {
        if (!_spoils(Spoil.WRONG_SEQ)) return seq;
        return spoilAt % 2 == 0 || seq == 0 ? seq + 1 : seq - 1;
    }

    // --- parties ---

    function _sign(address target, uint32 member, bytes32 orderHash) internal returns (bytes memory) {
        bytes32 digest = Typed.digest(domainOf[target], orderHash);
        uint256 key = keyOf[member];
        if (spoil == Spoil.PARTY && signaturesMade++ == spoilAt) {
            spoiled = true;
            key = STRANGER;
        }
        if (inactive[member]) _spoils(Spoil.IDLE_PARTY);
        return member % 2 == 0 || hasWallet[member] ? Signer.compact(key, digest) : Signer.long(key, digest);
    }

    /// @dev The first pledgee's signature, or nothing where the receipt is free.
    function _consent(address target, uint32 pledgee, bytes32 orderHash) internal returns (bytes memory) {
        if (pledgee == 0) return "";
        if (_spoils(Spoil.NO_CONSENT)) {
            if (spoilAt % 3 == 0) return "";
            uint256 key = spoilAt % 3 == 1 ? STRANGER : keyOf[pledgee == BANK_2 ? BANK_3 : BANK_2];
            return Signer.compact(key, Typed.digest(domainOf[target], orderHash));
        }
        return _sign(target, pledgee, orderHash);
    }

    // --- attesters ---

    /// @param operator Whose attester must be among them; zero where two suffice; or NO_KEEPER.
    /// @param parties Whose attesters must not.
    function _attest(address target, bytes32 orderHash, uint32 operator, uint32[3] memory parties, uint256 seed)
        internal
        returns (Attestation memory made, Committee memory by, bytes memory signatures)
    {
        by = committee;
        if (formerCommittee.epoch != 0 && _spoils(Spoil.OLD_EPOCH)) by = formerCommittee;
        uint64 nowS = uint64(clock);
        made = Attestation(
            orderHash,
            keccak256(abi.encode("evidence", orderHash)),
            keccak256(abi.encode("sealed", orderHash)),
            by.policyDigest,
            nowS - uint64(seed % 2 days),
            nowS + uint64(seed % 3 days),
            by.epoch
        );
        if (spoil >= Spoil.STALE) _spoilAttestation(made, nowS);
        bytes32 digest = Typed.digest(domainOf[target], keccak256(abi.encode(Typed.ATTESTATION, made)));
        if (_spoils(Spoil.OTHER_EVIDENCE)) made.evidenceDigest = ~made.evidenceDigest;
        signatures = _vote(digest, by.attesters, _choose(by.attesters, operator, parties, seed));
    }

    function _spoilAttestation(Attestation memory made, uint64 nowS) private {
        if (_spoils(Spoil.STALE)) (made.observedAt, made.validUntil) = (nowS - 2 days, nowS - 1);
        if (_spoils(Spoil.FUTURE)) (made.observedAt, made.validUntil) = (nowS + 1, nowS + 1 days);
        if (_spoils(Spoil.TOO_LONG)) made.validUntil = made.observedAt + MAX_AGE_S + 1;
        if (_spoils(Spoil.OTHER_POLICY)) made.policyDigest = ~made.policyDigest;
        if (_spoils(Spoil.OTHER_ORDER)) made.orderHash = keccak256(abi.encode(made.orderHash));
    }

    /// @dev Which attesters sign: bit i for attester i. The operator's, an inspector's or bank's, then others.
    function _choose(bytes32[] memory attesters, uint32 operator, uint32[3] memory parties, uint256 seed)
        private
        returns (uint256 chosen)
    {
        uint256 needed = operator == 0 ? 2 : THRESHOLD;
        bool anybody = _spoils(Spoil.OWN_CAUSE) && (parties[0] == BANK || parties[1] == BANK || parties[2] == BANK);
        if (spoil == Spoil.OWN_CAUSE && !anybody) spoiled = false;
        bool without = operator != 0 && operator != NO_KEEPER && _spoils(Spoil.NO_OPERATOR);
        if (_spoils(Spoil.TOO_FEW)) --needed;
        uint256 able;
        uint256 count;
        for (uint256 i = 0; i < attesters.length; ++i) {
            uint32 member = uint32(uint256(attesters[i]) >> 64);
            bool party = member == parties[0] || member == parties[1] || member == parties[2];
            if (member == operator) {
                if (!without) (chosen, count) = (chosen | 1 << i, count + 1);
            } else if (anybody && member == BANK || !party && member == INSPECTOR) {
                (chosen, count) = (chosen | 1 << i, count + 1);
            } else if (!party) {
                able |= 1 << i;
            }
        }
        for (uint256 i = seed; count < needed && able != 0; ++i) {
            uint256 bit = 1 << i % attesters.length;
            if (able & bit == 0) continue;
            able &= ~bit;
            chosen |= bit;
            ++count;
        }
    }

    function _vote(bytes32 digest, bytes32[] memory attesters, uint256 chosen) private returns (bytes memory all) {
        bytes memory last;
        bool first = true;
        for (uint256 i = 0; i < attesters.length; ++i) {
            if (chosen >> i & 1 == 0) continue;
            uint256 key = attesterKey[address(bytes20(attesters[i]))];
            if (first && _spoils(Spoil.NO_ATTESTER)) key = STRANGER;
            bytes memory signature = Signer.compact(key, digest);
            if (!first && last.length != 0 && spoil == Spoil.TWICE && _spoils(Spoil.TWICE)) signature = last;
            all = spoil == Spoil.DISORDER && _spoils(Spoil.DISORDER)
                ? bytes.concat(signature, all)
                : bytes.concat(all, signature);
            last = signature;
            first = false;
        }
    }
}
