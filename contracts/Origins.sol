// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {RIGHT_RETIRE} from "./interfaces/ActTypes.sol";
import {IOriginRegister, IOrigins} from "./interfaces/IOrigins.sol";
import {
    ORIGIN_BILL_OF_LADING,
    ORIGIN_GOODS,
    ORIGIN_PAPER_RECEIPT,
    OriginOrder
} from "./interfaces/OriginTypes.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {OriginHash} from "./libraries/OriginHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";

/// @title Digests that were used, each for one lot and for ever.
contract Origins is Module, IOrigins {
    mapping(uint8 kind => mapping(bytes32 originDigest => bytes24 lotId)) private _lotOf;

    /// @param receipts_ The receipt contract.
    constructor(address receipts_) Module(receipts_) {}

    /// @inheritdoc IOrigins
    function register(
        OriginOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        if (order.kind == ORIGIN_PAPER_RECEIPT) revert PaperIsSurrendered(order.originDigest);
        if (order.kind != ORIGIN_BILL_OF_LADING && order.kind != ORIGIN_GOODS) revert UnknownOriginKind(order.kind);
        _register(order.kind, order.originDigest, order.lotId, order.operator);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(OriginHash.ORIGIN_ORDER, start, 6);
        _requireSigned(order.holder, orderHash, holderSignature);
        uint256 word = Slots.newReceipt(order.holder, order.operator, 0, 0); // whose attesters may sign
        _attestFor(orderHash, word, attestation, committee, signatures, order.holder, order.holder);
    }

    /// @inheritdoc IOriginRegister
    function registerPaper(bytes32 paperDigest, bytes24 lotId, uint32 operator) external {
        uint16 rights = CONSORTIUM.permissions(msg.sender);
        if (rights & RIGHT_RETIRE == 0) revert ModuleLacksRight(msg.sender, RIGHT_RETIRE, rights);
        _register(ORIGIN_PAPER_RECEIPT, paperDigest, lotId, operator);
    }

    /// @inheritdoc IOrigins
    function originOf(uint8 kind, bytes32 originDigest) external view returns (bytes24) {
        return _lotOf[kind][originDigest];
    }

    function _register(uint8 kind, bytes32 originDigest, bytes24 lotId, uint32 operator) private {
        if (originDigest == 0 || lotId == 0) revert OriginIncomplete(kind, originDigest, lotId);
        if (_lotOf[kind][originDigest] != 0) {
            revert OriginTaken(kind, originDigest, _lotOf[kind][originDigest]);
        }
        uint32 keeper = IWarehouseReceipt(address(RECEIPTS)).lotOf(lotId).operator;
        if (keeper != 0 && kind != ORIGIN_GOODS) revert LotIssuedBefore(lotId);
        if (keeper != 0 && keeper != operator) revert LotOfOtherOperator(lotId, operator, keeper);
        _lotOf[kind][originDigest] = lotId;
        emit OriginRegistered(kind, originDigest, lotId, operator);
    }
}
