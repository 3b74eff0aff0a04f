// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Seen} from "../Ground.sol";
import {Parties} from "../Parties.sol";

/// @title What is untrue. If Halmos finds no counterexample here, nothing that it proves counts.
contract MustFail is Parties {
    /// @dev A freeze does change the receipt.
    function check_nothing_is_ever_frozen(uint256 receiptId, uint24 freezeCase) public {
        Seen memory was = _nameOnLot(receiptId);
        CORE.addFreeze(receiptId, freezeCase);
        assert(_see(receiptId).word == was.word);
    }

    /// @dev An unpledged receipt needs no pledgee: the signature's check is reached, and can fail.
    function check_every_delivery_is_signed_by_a_pledgee(uint256 receiptId, uint32 seq, uint64 grams) public {
        Seen memory was = _nameOnLot(receiptId);
        bytes memory consent = _shortSignature(_pledgeeOf(was));
        CORE.reduceReceipt(receiptId, seq, grams, bytes32(0), consent);
        assert(_hasSigned(_pledgeeOf(was), address(this), bytes32(0), consent));
    }
}
