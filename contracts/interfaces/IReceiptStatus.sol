// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CourtCase} from "./ICourt.sol";
import {PledgeRecord} from "./IPledgeBook.sol";
import {LienRecord} from "./LienTypes.sol";
import {LossNotice} from "./LossTypes.sol";

// Why a receipt is not free, a bitmask; zero if it is.
uint16 constant BOUND_SUSPENDED = 1;
uint16 constant BOUND_DELIVERED = 2;
uint16 constant BOUND_REPLACED = 4;
uint16 constant BOUND_EXPIRED = 8;
uint16 constant BOUND_PLEDGED = 16;
uint16 constant BOUND_LIEN = 32;
uint16 constant BOUND_FROZEN = 64;
uint16 constant BOUND_HOLDER_INACTIVE = 128;

/// What a person asks about a receipt.
struct Standing {
    uint32 holder;
    address account; // that acts for the holder now
    uint32 operator; // that keeps the goods
    uint8 kind;
    uint64 quantityG;
    bytes24 lotId;
    bool free; // its holder alone may give it away or take the goods
    uint16 bounds; // why not (BOUND_ constants)
    uint8 suspendReason; // why attesters stopped it; zero if they did not
    uint8 liens; // asserted storage liens
    uint8 lienTerms; // rank of agreed storage fees: 1 before the pledges, 2 behind, 0 none
    LienRecord storageTerms; // fee, cap, payments; all zero if none were agreed
    uint64 lienDueMinor; // what storage has earned and the lien secures now
    uint40 freshUntil; // expiry; a re-assay extends it
    uint32 seq; // number of the next order
    uint64[] pledgeIds; // by rank
    PledgeRecord[] pledges; // by rank
    uint24 freezeCase; // in force, or zero
    CourtCase freeze; // the case in force
    bytes32 freezeDocument; // digest of its ruling
    uint24[] waiting; // cases behind it
    uint256 predecessor; // that a correction, extension or replacement of a lost one put this in the place of
    uint256 successor; // that was so put in the place of this one; both zero if there is none
    LossNotice notice; // of loss, if one stands
    bytes32 paperDigest; // of the paper receipt that took the place of this one, or zero
}

/// @title One answer per receipt: who holds it, is it free, who has a right in it, in what rank, until when.
interface IReceiptStatus {
    /// @notice All of it; refused if the receipt was never issued.
    function status(uint256 receiptId) external view returns (Standing memory);
}
