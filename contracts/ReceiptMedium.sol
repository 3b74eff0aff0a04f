// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOriginRegister} from "./interfaces/IOrigins.sol";
import {IReceiptMedium} from "./interfaces/IReceiptMedium.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {
    ElectronicOrder,
    Paper,
    PAPER_CONVERTED,
    PAPER_NONE,
    PAPER_OPERATIVE,
    PaperOrder
} from "./interfaces/OriginTypes.sol";
import {Attestation, Committee, Receipt} from "./interfaces/Types.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {OriginHash} from "./libraries/OriginHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Receipts that leave for paper and paper that comes back.
contract ReceiptMedium is Module, IReceiptMedium {
    using Slots for uint256;

    IOriginRegister private immutable ORIGINS;

    mapping(bytes32 paperDigest => Paper) private _papers;
    mapping(uint256 receiptId => bytes32 paperDigest) private _paperFor;

    /// @param receipts_ The receipt contract.
    /// @param origins The register in which a surrendered paper is used up.
    constructor(address receipts_, address origins) Module(receipts_) {
        ORIGINS = IOriginRegister(origins);
    }

    /// @inheritdoc IReceiptMedium
    function toPaper(
        PaperOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        uint256 word = _giveOut(order);
        if (word.operatorOf() != order.operator) {
            revert OperatorDiffers(order.receiptId, order.operator, word.operatorOf());
        }
        _requireHolder(order.receiptId, word, order.holder);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(OriginHash.PAPER_ORDER, start, 6);
        _requireBoth(order.holder, order.operator, orderHash, holderSignature, operatorSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, order.holder, order.holder);
    }

    /// @inheritdoc IReceiptMedium
    function toElectronic(
        ElectronicOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        _takeBack(order);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(OriginHash.ELECTRONIC_ORDER, start, 6);
        _requireBoth(order.holder, order.operator, orderHash, holderSignature, operatorSignature);
        uint256 word = Slots.newReceipt(order.holder, order.operator, 0, 0); // whose attesters may sign
        _attestFor(orderHash, word, attestation, committee, signatures, order.holder, order.holder);
    }

    /// @inheritdoc IReceiptMedium
    function paperOf(bytes32 paperDigest) external view returns (Paper memory) {
        return _papers[paperDigest];
    }

    /// @inheritdoc IReceiptMedium
    function paperFor(uint256 receiptId) external view returns (bytes32) {
        return _paperFor[receiptId];
    }

    /// @dev The electronic receipt dies, in the same transaction the paper lives. Answers its first slot.
    function _giveOut(PaperOrder calldata order) private returns (uint256 word) {
        (uint256 receiptId, bytes32 paperDigest) = (order.receiptId, order.paperDigest);
        if (paperDigest == 0) revert PaperDigestZero();
        Paper storage paper = _papers[paperDigest];
        if (paper.state != PAPER_NONE) revert PaperKnown(paperDigest, paper.state);
        Receipt memory goods = IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId);
        word = RECEIPTS.retireReceipt(receiptId, order.seq);
        _papers[paperDigest] = Paper(
            receiptId,
            goods.lotId,
            goods.quantityG,
            goods.operator,
            goods.holder,
            goods.kind,
            goods.expiresAt,
            PAPER_OPERATIVE
        );
        _paperFor[receiptId] = paperDigest;
        emit PutOnPaper(receiptId, paperDigest, goods.operator, goods.quantityG);
    }

    /// @dev The paper dies here and in the register. One that this contract gave out comes back to the operator
    /// it was given out by, and stands for no more than it did; goods may have left against it meanwhile.
    function _takeBack(ElectronicOrder calldata order) private {
        bytes32 paperDigest = order.paperDigest;
        Paper memory paper = _papers[paperDigest];
        if (paper.state == PAPER_CONVERTED) revert PaperKnown(paperDigest, paper.state);
        if (paper.state == PAPER_OPERATIVE) {
            if (paper.operator != order.operator) {
                revert OperatorDiffers(paper.receiptId, order.operator, paper.operator);
            }
            if (order.quantityG > paper.quantityG) {
                revert PaperExceeded(paperDigest, order.quantityG, paper.quantityG);
            }
        }
        if (order.quantityG == 0) revert QuantityZero(paper.receiptId);
        (paper.lotId, paper.quantityG, paper.operator) = (order.lotId, order.quantityG, order.operator);
        (paper.holder, paper.state) = (order.holder, PAPER_CONVERTED);
        _papers[paperDigest] = paper;
        emit PaperSurrendered(paperDigest, order.lotId, order.operator, order.holder, order.quantityG);
        ORIGINS.registerPaper(paperDigest, order.lotId, order.operator);
    }
}
