// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721Burnable} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Burnable.sol";
import {ERC721Pausable} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Pausable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title What a title costs with OpenZeppelin alone: one key mints, nobody attests. To compare with; never used.
contract PlainTitle is ERC721Burnable, ERC721Pausable, AccessControl {
    bytes32 private constant MINTER = keccak256("MINTER");

    constructor() ERC721("Plain Title", "PLAIN") {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(MINTER, msg.sender);
    }

    function mint(address to, uint256 id) external onlyRole(MINTER) {
        _mint(to, id);
    }

    function pause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _pause();
    }

    function supportsInterface(bytes4 id) public view override(ERC721, AccessControl) returns (bool) {
        return super.supportsInterface(id);
    }

    function _update(address to, uint256 id, address by)
        internal
        override(ERC721, ERC721Pausable)
        returns (address)
    {
        return super._update(to, id, by);
    }
}
