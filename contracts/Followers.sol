// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef, Successor} from "./interfaces/ActTypes.sol";
import {IPledge} from "./interfaces/IPledge.sol";
import {IReceiptFollower} from "./interfaces/IReceiptFollower.sol";
import {IStorageLien} from "./interfaces/IStorageLien.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Modules that replace or reduce receipts, and take the rights in them along.
abstract contract Followers is Module {
    using Slots for uint256;

    IPledge internal immutable PLEDGE;
    IStorageLien internal immutable LIEN;

    /// @param pledge Module that keeps the pledges.
    /// @param lien Module that keeps storage terms and their liens.
    constructor(address pledge, address lien) {
        PLEDGE = IPledge(pledge);
        LIEN = IStorageLien(lien);
    }

    /// @dev Whether rights are kept elsewhere for a receipt with this first slot.
    function _isFollowed(uint256 word) internal pure returns (bool) {
        return word.pledgesOf() != 0 || word.lienTermsOf() != 0;
    }

    /// @dev After `replaceReceipts`, which answered `word`: what is kept elsewhere follows to the successors.
    function _follow(uint256 word, ReceiptRef[] memory olds, Successor[] memory news) internal {
        if (word.pledgesOf() != 0) IReceiptFollower(address(PLEDGE)).follow(olds, news);
        if (word.lienTermsOf() != 0) LIEN.follow(olds, news);
    }

    /// @dev After a receipt's quantity fell, whose first slot was `word`: fees accrue on what is left.
    function _resize(uint256 word, uint256 receiptId) internal {
        if (word.lienTermsOf() != 0) LIEN.resize(receiptId);
    }
}
