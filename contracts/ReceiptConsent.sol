// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Signatures} from "./libraries/Signatures.sol";
import {Slots} from "./libraries/Slots.sol";
import {ReceiptGuards} from "./ReceiptGuards.sol";

/// @title What holds a receipt against a module: its pledgee's signature, and whatever makes it stand still.
abstract contract ReceiptConsent is ReceiptGuards {
    using Slots for uint256;

    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant NAME = keccak256("Holdfast");
    bytes32 private constant VERSION = keccak256("1");

    /// @dev I8. The pledgee has signed the order in the domain of the module that carries it out.
    function _requireConsent(uint256 word, bytes32 orderHash, bytes calldata consent) internal view {
        if (word.pledgesOf() == 0) return;
        uint32 pledgee = word.firstPledgeeOf();
        (address account,) = CONSORTIUM.actingFor(pledgee);
        bytes32 domain = keccak256(abi.encode(DOMAIN, NAME, VERSION, block.chainid, msg.sender));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, orderHash));
        Signatures.requireParty(pledgee, account, digest, consent);
    }

    /// @dev I10, but for expiry: live, not frozen, no lien, and this is its next order.
    function _unhindered(uint256 receiptId, uint32 seq) internal view returns (uint256 word) {
        word = _nextIs(receiptId, seq);
        _refuseStill(receiptId, word);
        if (word.liensOf() != 0) revert ReceiptUnderLien(receiptId, word.liensOf());
    }
}
