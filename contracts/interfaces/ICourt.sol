// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {CaseOrder, FreezeOrder, RenewOrder, UnfreezeOrder} from "./ActTypes.sol";
import {IModule} from "./IModule.sol";

/// A court case, in one storage slot. `number` is that of the court's next order in it.
struct CourtCase {
    uint32 court;
    uint8 reason;
    uint40 expiresAt;
    uint32 number;
    uint40 openedAt;
}

/// @title Court freezes: public at once, with reason, document and expiry, and a queue that promotes itself.
/// @notice A court opens a case with its ruling's digest, then freezes receipts under it. Each order is signed by
/// the account that acts for the court (a member with ROLE_COURT). The first case on a receipt is in force; the
/// others wait, and when it is released or has lapsed the next one takes its place in the same transaction.
interface ICourt is IModule {
    /// @notice A court opened a case.
    event CaseOpened(
        uint24 indexed caseNo, uint32 indexed court, uint8 reason, bytes32 documentDigest, uint40 expiresAt
    );
    /// @notice A case holds longer.
    event CaseRenewed(uint24 indexed caseNo, uint40 previous, uint40 expiresAt);
    /// @notice A receipt was frozen under a case; behind `ahead` others it waits.
    event Frozen(uint256 indexed receiptId, uint24 indexed caseNo, uint16 ahead);
    /// @notice A case left a receipt, by the court's order or because it lapsed.
    event Unfrozen(uint256 indexed receiptId, uint24 indexed caseNo, bool lapsed);
    /// @notice A case that waited is in force.
    event FreezePromoted(uint256 indexed receiptId, uint24 indexed caseNo);

    /// @notice The member is no court.
    error NotCourt(uint32 member, uint16 roles);
    /// @notice Case numbers begin at 1, and a ruling has a reason.
    error CaseIncomplete(uint24 caseNo, uint8 reason);
    /// @notice The number is taken.
    error CaseExists(uint24 caseNo);
    /// @notice No such case.
    error UnknownCase(uint24 caseNo);
    /// @notice The case is another court's.
    error CaseOfOtherCourt(uint24 caseNo, uint32 given, uint32 court);
    /// @notice The order was used already, or is not next in its case.
    error WrongCaseNumber(uint24 caseNo, uint32 given, uint32 expected);
    /// @notice A freeze of rights lasts three years at most, unless it is renewed before it lapses.
    error CaseExpiryOutOfRange(uint24 caseNo, uint40 expiresAt, uint256 nowS);
    /// @notice The case has lapsed.
    error CaseLapsed(uint24 caseNo, uint40 expiresAt, uint256 nowS);
    /// @notice The case holds until then.
    error CaseNotLapsed(uint24 caseNo, uint40 expiresAt, uint256 nowS);
    /// @notice The receipt is frozen under this case already.
    error FrozenByCase(uint256 receiptId, uint24 caseNo);
    /// @notice The receipt is not frozen under this case.
    error NotFrozenByCase(uint256 receiptId, uint24 caseNo);
    /// @notice So many cases wait for one receipt that no more fit.
    error QueueFull(uint256 receiptId, uint256 waiting);

    /// @notice Open a case. Signed by the court.
    function openCase(CaseOrder calldata order, bytes calldata courtSignature) external;

    /// @notice Let a case hold longer. Signed by its court.
    function renewCase(RenewOrder calldata order, bytes calldata courtSignature) external;

    /// @notice Freeze a receipt under a case, at once or behind those that hold it. Signed by the case's court.
    function freeze(FreezeOrder calldata order, bytes calldata courtSignature) external;

    /// @notice End a receipt's freeze under a case. Signed by the case's court.
    function unfreeze(UnfreezeOrder calldata order, bytes calldata courtSignature) external;

    /// @notice Take a lapsed case off a receipt; anyone may.
    function lapse(uint256 receiptId, uint24 caseNo) external;

    /// @notice A case and its ruling's digest; all zero if there is none.
    function caseOf(uint24 caseNo) external view returns (CourtCase memory found, bytes32 documentDigest);

    /// @notice Cases that wait behind the one in force, in their order.
    function waitingOn(uint256 receiptId) external view returns (uint24[] memory);
}
