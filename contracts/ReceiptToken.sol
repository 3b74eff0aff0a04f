// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Lot, Receipt, STATUS_DELIVERED, STATUS_LIVE, STATUS_NONE} from "./interfaces/Types.sol";
import {ReceiptStorage} from "./ReceiptStorage.sol";

/// @title What receipts and lots are, and how wallets and explorers read them (ERC-721, ERC-5192).
abstract contract ReceiptToken is ReceiptStorage, IWarehouseReceipt, IERC721Metadata, IERC721Errors, IERC5192 {
    using Strings for uint256;

    /// @param consortium_ Consortium that already expects this contract at this address.
    constructor(address consortium_) ReceiptStorage(consortium_) {
        address expected = CONSORTIUM.warehouseReceipt();
        if (expected != address(this)) revert ConsortiumExpectsOther(expected, address(this));
    }

    /// @inheritdoc IWarehouseReceipt
    function receiptOf(uint256 receiptId) external view returns (Receipt memory receipt) {
        receipt = _receipts[receiptId];
        if (receipt.status == STATUS_NONE) revert UnknownReceipt(receiptId);
    }

    /// @inheritdoc IWarehouseReceipt
    function lotOf(bytes24 lotId) external view returns (Lot memory) {
        return _lots[lotId];
    }

    /// @inheritdoc IWarehouseReceipt
    function consortium() external view returns (address) {
        return address(CONSORTIUM);
    }

    /// @inheritdoc IERC721Metadata
    function name() external pure returns (string memory) {
        return "Holdfast Warehouse Receipt";
    }

    /// @inheritdoc IERC721Metadata
    function symbol() external pure returns (string memory) {
        return "HFWR";
    }

    /// @inheritdoc IERC721Metadata
    /// @dev The receipt document's own content address: CIDv1, raw, SHA-256, in base 16. It identifies the
    /// bytes; only those entitled have them.
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        _existing(tokenId);
        bytes memory hexId = bytes(tokenId.toHexString(32));
        assembly ("memory-safe") {
            // drop the leading "0x": move the start two bytes on
            let length := sub(mload(hexId), 2)
            hexId := add(hexId, 2)
            mstore(hexId, length)
        }
        return string.concat("ipfs://f01551220", string(hexId));
    }

    /// @inheritdoc IERC721
    function ownerOf(uint256 tokenId) external view returns (address) {
        return CONSORTIUM.accountOf(_existing(tokenId).holder);
    }

    /// @inheritdoc IERC721
    function balanceOf(address account) external view returns (uint256) {
        if (account == address(0)) revert ERC721InvalidOwner(account);
        return CONSORTIUM.receiptsOf(account);
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        Receipt storage stored = _existing(tokenId);
        return stored.status != STATUS_LIVE || block.timestamp > stored.expiresAt
            || uint256(stored.pledges) + stored.liens + stored.freezes != 0;
    }

    /// @inheritdoc IERC721
    function getApproved(uint256 tokenId) external view returns (address) {
        _existing(tokenId);
        return address(0);
    }

    /// @inheritdoc IERC721
    function isApprovedForAll(address, address) external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC721).interfaceId
            || id == type(IERC721Metadata).interfaceId || id == type(IERC5192).interfaceId;
    }

    // --- what ERC-721 offers and a title must not ---

    /// @inheritdoc IERC721
    function approve(address, uint256) external pure {
        revert MovesOnlyByOrder();
    }

    /// @inheritdoc IERC721
    function setApprovalForAll(address, bool) external pure {
        revert MovesOnlyByOrder();
    }

    /// @inheritdoc IERC721
    function transferFrom(address, address, uint256) external pure {
        revert MovesOnlyByOrder();
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address, address, uint256) external pure {
        revert MovesOnlyByOrder();
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address, address, uint256, bytes calldata) external pure {
        revert MovesOnlyByOrder();
    }

    /// @dev As ERC-721 sees it: a burned token does not exist.
    function _existing(uint256 tokenId) private view returns (Receipt storage stored) {
        stored = _receipts[tokenId];
        if (stored.status == STATUS_NONE || stored.status >= STATUS_DELIVERED) {
            revert ERC721NonexistentToken(tokenId);
        }
    }
}
