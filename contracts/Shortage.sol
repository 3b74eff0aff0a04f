// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ReceiptRef} from "./interfaces/ActTypes.sol";
import {IShortage} from "./interfaces/IShortage.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {ShortageOrder} from "./interfaces/LossTypes.sol";
import {Attestation, Committee, Lot} from "./interfaces/Types.sol";
import {Followers} from "./Followers.sol";
import {LossHash} from "./libraries/LossHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Who may say that goods are missing. How they are shared is the receipt contract's own rule.
contract Shortage is Followers, IShortage {
    using Slots for uint256;

    /// @param receipts_ The receipt contract.
    /// @param pledge The module that knows the pledgees of all ranks.
    /// @param lien The module that counts storage fees, from now on for what is left.
    constructor(address receipts_, address pledge, address lien) Module(receipts_) Followers(pledge, lien) {}

    /// @inheritdoc IShortage
    function writeDown(
        ShortageOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        ReceiptRef[] calldata receipts = order.receipts;
        uint256[] memory words = RECEIPTS.writeDown(order.lotId, receipts, order.shortG);
        _tell(order);
        (uint256 signers, uint256 filter) = _attest(
            LossHash.ofShortage(order),
            attestation,
            committee,
            signatures,
            committee.threshold,
            order.operator,
            CONSORTIUM.committeeDigest()
        );
        bytes32[] calldata attesters = committee.attesters;
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 word = words[i];
            _resize(word, receipts[i].receiptId);
            Quorum.refuseParty(attesters, signers, filter, word.holderOf());
            if (word.pledgesOf() != 0) _refusePledgees(receipts[i].receiptId, attesters, signers, filter);
        }
    }

    function _tell(ShortageOrder calldata order) private {
        Lot memory lot = IWarehouseReceipt(address(RECEIPTS)).lotOf(order.lotId);
        if (lot.operator != order.operator) revert LotOfOtherOperator(order.lotId, order.operator, lot.operator);
        emit ShortageShared(order.lotId, lot.operator, order.shortG, lot.liveG, order.receipts.length);
    }

    /// @dev All ranks lose by a shortage, so none of their attesters may say that there is one.
    function _refusePledgees(uint256 receiptId, bytes32[] calldata attesters, uint256 signers, uint256 filter)
        private
        view
    {
        uint64[] memory ids = PLEDGE.pledgesOn(receiptId);
        for (uint256 i = 0; i < ids.length; ++i) {
            Quorum.refuseParty(attesters, signers, filter, PLEDGE.pledgeOf(ids[i]).pledgee);
        }
    }
}
