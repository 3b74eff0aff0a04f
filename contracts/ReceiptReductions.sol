// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReceiptRef, RIGHT_REDUCE, RIGHT_RETIRE, RIGHT_WRITE_DOWN} from "./interfaces/ActTypes.sol";
import {IReceiptPrimitives} from "./interfaces/IReceiptPrimitives.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {
    Lot,
    Receipt,
    STATUS_DELIVERED,
    STATUS_REPLACED,
    STATUS_SUSPENDED
} from "./interfaces/Types.sol";
import {Slots} from "./libraries/Slots.sol";
import {ReceiptConsent} from "./ReceiptConsent.sol";

/// @title Goods that leave a lot: delivered through a module, found short, or gone to another register.
abstract contract ReceiptReductions is ReceiptConsent, IReceiptPrimitives {
    using Slots for uint256;
    using Slots for Lot;
    using Slots for Receipt;

    /// @inheritdoc IReceiptPrimitives
    function reduceReceipt(
        uint256 receiptId,
        uint32 seq,
        uint64 quantityG,
        bytes32 orderHash,
        bytes calldata consent
    ) external needs(RIGHT_REDUCE) returns (uint256 word) {
        word = _unhindered(receiptId, seq);
        _refuseExpired(receiptId, word);
        uint32 holder = word.holderOf();
        Receipt storage stored = _receipts[receiptId];
        (uint64 wholeG, bytes24 lotId) = stored.loadGoods();
        if (quantityG == 0 || quantityG > wholeG) revert QuantityNotPart(receiptId, quantityG, wholeG);
        if (quantityG == wholeG) {
            _burn(receiptId, word, STATUS_DELIVERED);
            emit IWarehouseReceipt.ReceiptDelivered(receiptId, holder, quantityG, seq);
        } else {
            stored.save(word.withNextSeq());
            stored.saveGoods(wholeG - quantityG, lotId);
            emit IWarehouseReceipt.ReceiptReduced(receiptId, holder, quantityG, wholeG - quantityG, seq);
        }
        _lower(lotId, quantityG);
        _requireConsent(word, orderHash, consent);
    }

    /// @inheritdoc IReceiptPrimitives
    function writeDown(bytes24 lotId, ReceiptRef[] calldata receipts, uint64 shortG)
        external
        needs(RIGHT_WRITE_DOWN)
        returns (uint256[] memory words)
    {
        (, uint64 liveG,) = _lots[lotId].load();
        if (shortG == 0 || shortG >= liveG) revert ShortageOutOfRange(lotId, shortG, liveG);
        uint64[] memory wholes;
        (words, wholes) = _allSuspended(lotId, receipts, liveG);
        _lower(lotId, shortG);
        uint256 leftG = liveG - shortG;
        uint256 overG = leftG; // what rounding leaves over, in the end less than one gram a receipt
        for (uint256 i = 0; i < wholes.length; ++i) overG -= wholes[i] * leftG / liveG;
        for (uint256 i = 0; i < wholes.length; ++i) {
            uint256 receiptId = receipts[i].receiptId;
            uint64 restG = uint64(wholes[i] * leftG / liveG);
            if (i < overG) ++restG;
            if (restG == 0) revert QuantityZero(receiptId);
            _receipts[receiptId].save(words[i].withNextSeq());
            _receipts[receiptId].saveGoods(restG, lotId);
            emit IWarehouseReceipt.ReceiptWrittenDown(
                receiptId, lotId, wholes[i] - restG, restG, receipts[i].seq
            );
        }
    }

    /// @inheritdoc IReceiptPrimitives
    function retireReceipt(uint256 receiptId, uint32 seq) external needs(RIGHT_RETIRE) returns (uint256 word) {
        word = _unhindered(receiptId, seq);
        _refuseExpired(receiptId, word);
        if (word.pledgesOf() != 0) revert ReceiptEncumbered(receiptId, word.pledgesOf(), 0, 0);
        (uint64 quantityG, bytes24 lotId) = _receipts[receiptId].loadGoods();
        _burn(receiptId, word, STATUS_REPLACED);
        _lower(lotId, quantityG);
        emit IWarehouseReceipt.ReceiptRetired(receiptId, lotId, word.holderOf(), quantityG, seq);
    }

    /// @dev First slots and quantities of suspended receipts, which must be all that stand for the lot's goods.
    function _allSuspended(bytes24 lotId, ReceiptRef[] calldata receipts, uint64 liveG)
        private
        view
        returns (uint256[] memory words, uint64[] memory wholes)
    {
        words = new uint256[](receipts.length);
        wholes = new uint64[](receipts.length);
        uint256 givenG;
        uint256 previous;
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint256 receiptId = receipts[i].receiptId;
            if (receiptId <= previous) revert ReceiptsNotAscending(previous, receiptId);
            previous = receiptId;
            uint256 word = _nextIs(receiptId, receipts[i].seq);
            if (word.statusOf() != STATUS_SUSPENDED) revert ReceiptNotSuspended(receiptId, word.statusOf());
            (uint64 wholeG, bytes24 lot) = _receipts[receiptId].loadGoods();
            if (lot != lotId) revert ReceiptOfOtherLot(receiptId, lotId, lot);
            givenG += wholeG;
            (words[i], wholes[i]) = (word, wholeG);
        }
        if (givenG != liveG) revert LotIncomplete(lotId, givenG, liveG);
    }

    /// @dev Goods that left are neither there nor stood for.
    function _lower(bytes24 lotId, uint64 byG) private {
        Lot storage lot = _lots[lotId];
        (uint64 attestedG, uint64 liveG, uint32 operator) = lot.load();
        lot.save(attestedG - byG, liveG - byG, operator);
    }

    /// @dev The id stays taken; refused if the holder may not act.
    function _burn(uint256 receiptId, uint256 word, uint8 status) internal {
        Receipt storage stored = _receipts[receiptId];
        stored.save(word.withStatus(status).withNextSeq());
        stored.saveGoods(0, 0);
        (address account,) = CONSORTIUM.countOffFor(word.holderOf());
        emit IERC721.Transfer(account, address(0), receiptId);
    }
}
