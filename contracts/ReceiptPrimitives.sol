// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {
    ReceiptRef,
    RIGHT_FREEZE,
    RIGHT_LIEN,
    RIGHT_MOVE,
    RIGHT_PLEDGE,
    RIGHT_REPLACE,
    Successor
} from "./interfaces/ActTypes.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IReceiptPrimitives} from "./interfaces/IReceiptPrimitives.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Receipt, STATUS_NONE, STATUS_REPLACED} from "./interfaces/Types.sol";
import {Slots} from "./libraries/Slots.sol";
import {ReceiptReductions} from "./ReceiptReductions.sol";
import {ReceiptStorage} from "./ReceiptStorage.sol";
import {ReceiptSuspension} from "./ReceiptSuspension.sol";

/// @title The receipt contract's other piece of code: suspension, and what modules may ask of it.
/// @dev Runs in the receipt contract's storage and under its address (delegatecall). Called directly it finds no
/// receipts.
contract ReceiptPrimitives is ReceiptReductions, ReceiptSuspension {
    using Slots for uint256;
    using Slots for Receipt;

    constructor(address consortium_) ReceiptStorage(consortium_) {}

    /// @inheritdoc IReceiptPrimitives
    function replaceReceipts(
        ReceiptRef[] calldata olds,
        Successor[] calldata news,
        bytes32 orderHash,
        bytes calldata consent
    ) external needs(RIGHT_REPLACE) returns (uint256 word, uint40 expiresAt) {
        if (olds.length == 0 || news.length == 0) revert NoReceipts();
        bytes24 lotId;
        uint256 beforeG;
        (word, expiresAt, lotId, beforeG) = _retire(olds, news);
        address account = _count(word, olds, news.length);
        uint256 afterG = _succeed(news, word, lotId, account);
        if (beforeG != afterG) revert QuantityNotConserved(beforeG, afterG);
        _requireConsent(word, orderHash, consent);
    }

    /// @inheritdoc IReceiptPrimitives
    function splitReceipt(
        uint256 receiptId,
        uint32 seq,
        Successor[] calldata parts,
        bytes32 orderHash,
        bytes calldata consent
    ) external needs(RIGHT_REPLACE) returns (uint256 word, uint64 restG) {
        if (parts.length == 0) revert NoReceipts();
        word = _unhindered(receiptId, seq);
        _refuseExpired(receiptId, word);
        Receipt storage stored = _receipts[receiptId];
        (uint64 wholeG, bytes24 lotId) = stored.loadGoods();
        uint256 partsG = 0;
        for (uint256 i = 0; i < parts.length; ++i) partsG += parts[i].quantityG;
        if (partsG > wholeG) revert QuantityNotConserved(wholeG, partsG);
        restG = wholeG - uint64(partsG);
        for (uint256 i = 0; i < parts.length; ++i) {
            if (restG == 0) emit IWarehouseReceipt.ReceiptReplaced(receiptId, parts[i].receiptId, seq);
            else emit IWarehouseReceipt.ReceiptSplitOff(receiptId, parts[i].receiptId, restG, seq);
        }
        (address account,) = CONSORTIUM.countIssuedFor(word.holderOf(), uint32(parts.length));
        _succeed(parts, word, lotId, account);
        if (restG == 0) {
            _burn(receiptId, word, STATUS_REPLACED);
        } else {
            stored.save(word.withNextSeq());
            stored.saveGoods(restG, lotId);
        }
        _requireConsent(word, orderHash, consent);
    }

    /// @inheritdoc IReceiptPrimitives
    function moveReceipt(
        uint256 receiptId,
        uint32 seq,
        uint32 to,
        bytes32 orderHash,
        bytes calldata consent
    ) external needs(RIGHT_MOVE) returns (uint256 word) {
        word = _unhindered(receiptId, seq);
        _refuseExpired(receiptId, word);
        uint32 holder = word.holderOf();
        if (word.pledgesOf() == 0) revert ReceiptNotPledged(receiptId);
        if (holder == to) revert TransfereeIsHolder(holder);
        _receipts[receiptId].save(word.withHolder(to).withNextSeq());
        (address fromAccount, address toAccount,) = CONSORTIUM.movedFromTo(holder, to);
        emit IERC721.Transfer(fromAccount, toAccount, receiptId);
        emit IWarehouseReceipt.ReceiptTransferred(receiptId, holder, to, seq);
        _requireConsent(word, orderHash, consent);
    }

    /// @inheritdoc IReceiptPrimitives
    function setPledges(uint256 receiptId, uint32 seq, uint8 pledges, uint32 firstPledgee)
        external
        needs(RIGHT_PLEDGE)
        returns (uint256 word)
    {
        word = _pledgedNow(_receipts[receiptId], receiptId, seq);
        uint8 held = word.pledgesOf();
        bool inStep = pledges == held || pledges == 0 || uint256(pledges) + 1 == held;
        if (held == 0 || !inStep || (pledges == 0) != (firstPledgee == 0)) {
            revert PledgesOutOfStep(receiptId, held, pledges, firstPledgee);
        }
        _savePledges(receiptId, word, pledges, firstPledgee);
    }

    /// @inheritdoc IReceiptPrimitives
    function dropFreeze(uint256 receiptId, uint24 freezeCase) external needs(RIGHT_FREEZE) returns (uint256 word) {
        word = _unburned(receiptId);
        uint8 held = word.freezesOf();
        if (held == 0 || (held == 1) != (freezeCase == 0)) {
            revert FreezesOutOfStep(receiptId, held, held == 0 ? 0 : held - 1, freezeCase);
        }
        _saveFreezes(receiptId, word, held - 1, freezeCase);
    }

    /// @inheritdoc IReceiptPrimitives
    function setLiens(uint256 receiptId, uint8 liens, uint8 lienTerms)
        external
        needs(RIGHT_LIEN)
        returns (uint256 word)
    {
        word = _unburned(receiptId);
        uint256 next = word.withLiens(liens, lienTerms).withNextSeq();
        _receipts[receiptId].save(next);
        emit IWarehouseReceipt.LiensChanged(receiptId, liens, lienTerms);
        _tellLock(receiptId, word, next);
    }

    // --- inner steps ---

    /// @dev Burn the old ones. They must be alike, and each is named once: a second time it is not live.
    function _retire(ReceiptRef[] calldata olds, Successor[] calldata news)
        private
        returns (uint256 word, uint40 expiresAt, bytes24 lotId, uint256 quantityG)
    {
        for (uint256 i = 0; i < olds.length; ++i) {
            uint256 receiptId = olds[i].receiptId;
            uint32 seq = olds[i].seq;
            uint256 old = _unhindered(receiptId, seq);
            Receipt storage stored = _receipts[receiptId];
            (uint64 grams, bytes24 lot) = stored.loadGoods();
            if (i == 0) {
                (word, lotId, expiresAt) = (old, lot, old.expiresAtOf());
            } else if (old.keptOf() != word.keptOf() || lot != lotId) {
                revert ReceiptsDiffer(olds[0].receiptId, receiptId);
            }
            if (old.expiresAtOf() < expiresAt) expiresAt = old.expiresAtOf();
            quantityG += grams;
            stored.save(old.withStatus(STATUS_REPLACED).withNextSeq());
            stored.saveGoods(0, 0);
            for (uint256 j = 0; j < news.length; ++j) {
                emit IWarehouseReceipt.ReceiptReplaced(receiptId, news[j].receiptId, seq);
            }
        }
    }

    function _succeed(Successor[] calldata news, uint256 word, bytes24 lotId, address account)
        private
        returns (uint256 quantityG)
    {
        uint256 kept = word.keptOf();
        for (uint256 i = 0; i < news.length; ++i) {
            (uint256 receiptId, uint64 grams, uint40 expiresAt) =
                (news[i].receiptId, news[i].quantityG, news[i].expiresAt);
            Receipt storage stored = _receipts[receiptId];
            if (stored.load().statusOf() != STATUS_NONE) revert ReceiptExists(receiptId);
            if (grams == 0) revert QuantityZero(receiptId);
            if (block.timestamp > expiresAt) revert ReceiptExpired(receiptId, expiresAt, block.timestamp);
            stored.save(kept.successor(expiresAt));
            stored.saveGoods(grams, lotId);
            quantityG += grams;
            emit IERC721.Transfer(address(0), account, receiptId);
            emit IWarehouseReceipt.ReceiptIssued(
                receiptId, lotId, word.holderOf(), word.operatorOf(), grams, word.kindOf(), expiresAt
            );
            if (word.isEncumbered()) emit IERC5192.Locked(receiptId);
        }
    }

    /// @dev Keep the holder's number of receipts right; refused if the holder may not act.
    function _count(uint256 word, ReceiptRef[] calldata olds, uint256 made) private returns (address account) {
        uint32 holder = word.holderOf();
        (account,) = CONSORTIUM.countIssuedFor(holder, uint32(made));
        for (uint256 i = 0; i < olds.length; ++i) {
            CONSORTIUM.countOffFor(holder);
            emit IERC721.Transfer(account, address(0), olds[i].receiptId);
        }
    }
}
