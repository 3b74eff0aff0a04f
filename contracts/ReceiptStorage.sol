// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "./interfaces/IConsortium.sol";
import {Lot, Receipt} from "./interfaces/Types.sol";

/// @title Where receipts and lots lie, for both pieces of code that share them.
abstract contract ReceiptStorage {
    IConsortium internal immutable CONSORTIUM;

    mapping(uint256 receiptId => Receipt) internal _receipts;
    mapping(bytes24 lotId => Lot) internal _lots;

    constructor(address consortium_) {
        CONSORTIUM = IConsortium(consortium_);
    }
}
