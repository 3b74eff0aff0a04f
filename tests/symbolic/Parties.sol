// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Attestation, Committee} from "contracts/interfaces/Types.sol";
import {Shipped} from "shipped/Shipped.sol";
import {Ground, Seen} from "./Ground.sol";
import {svm, vm} from "./Svm.sol";

/// @title A contract wallet (ERC-1271) that accepts whatever it likes: its storage is free.
contract Wallet {
    mapping(bytes32 what => uint256) private _accepts;

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        bool accepts = _accepts[keccak256(abi.encode(digest, keccak256(signature)))] != 0;
        return accepts ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @title Who may have signed. `ecrecover` is any function, and so is a wallet's answer.
abstract contract Parties is Ground {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant TOP = 0x8000000000000000000000000000000000000000000000000000000000000000;

    Wallet internal wallet;

    function setUp() public virtual override {
        super.setUp();
        wallet = new Wallet();
        vm.setArbitraryStorage(address(wallet));
    }

    /// @dev Any signature for a member who acts through a key or the wallet: short form, long form, or none.
    function _anySignature(uint32 member) internal returns (bytes memory) {
        _actsThroughItself(member);
        if (svm.createBool("short form")) return svm.createBytes(64, "signature");
        if (svm.createBool("long form")) return svm.createBytes(65, "signature");
        return "";
    }

    /// @dev Any signature in the short form, for a member who acts through a key.
    function _shortSignature(uint32 member) internal returns (bytes memory) {
        _actsThroughItself(member);
        vm.assume(_accountOf(member) != address(wallet));
        return svm.createBytes(64, "signature");
    }

    function _actsThroughItself(uint32 member) private view {
        address account = _accountOf(member);
        vm.assume(account != Shipped.CONSORTIUM);
        vm.assume(account != Shipped.RECEIPTS);
        vm.assume(account != Shipped.SECOND);
    }

    /// @dev I8: if the receipt was pledged, its first pledgee has signed this order for this module.
    function _pledgeeAgreed(Seen memory was, bytes32 orderHash, bytes memory consent) internal view {
        if (_pledgesOf(was) == 0) return;
        assert(_hasSigned(_pledgeeOf(was), address(this), orderHash, consent));
    }

    function _pledgeeOf(Seen memory seen) internal pure returns (uint32) {
        return uint32(seen.word >> 64);
    }

    function _hasSigned(uint32 member, address target, bytes32 orderHash, bytes memory signature)
        internal
        view
        returns (bool)
    {
        bytes32 domain =
            keccak256(abi.encode(DOMAIN, keccak256("Holdfast"), keccak256("1"), block.chainid, target));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, orderHash));
        address account = _accountOf(member);
        if (account == address(0)) return false;
        if (account == address(wallet) && wallet.isValidSignature(digest, signature) != 0) return true;
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
            v := byte(0, mload(add(signature, 96)))
        }
        if (signature.length == 64) {
            return ecrecover(digest, uint8(27 + (uint256(s) >> 255)), r, s & ~TOP) == account;
        }
        return signature.length == 65 && ecrecover(digest, v, r, s) == account;
    }

    // --- attesters ---

    /// @dev Any attestation over so many signatures, for a committee of so many attesters, whoever they are.
    function _anyAttestation(uint256 size, uint256 count)
        internal
        returns (Attestation memory attestation, Committee memory committee, bytes memory signatures)
    {
        attestation = Attestation(
            svm.createBytes32("order hash"),
            svm.createBytes32("evidence"),
            svm.createBytes32("location"),
            svm.createBytes32("policy"),
            uint64(svm.createUint(64, "observed at")),
            uint64(svm.createUint(64, "valid until")),
            uint64(svm.createUint(64, "epoch"))
        );
        bytes32[] memory attesters = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) attesters[i] = svm.createBytes32("attester");
        committee = Committee(
            uint64(svm.createUint(64, "committee epoch")),
            uint64(svm.createUint(64, "max age")),
            uint8(svm.createUint(8, "threshold")),
            svm.createBytes32("committee policy"),
            attesters
        );
        signatures = svm.createBytes(64 * count, "signatures");
    }
}
