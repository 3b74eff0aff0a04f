// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IModule} from "./IModule.sol";
import {LossNotice, LossNoticeOrder, LossWithdrawalOrder, ReplacementOrder} from "./LossTypes.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title Lost or compromised receipts: notice, time to object, then a new receipt in the old one's place.
/// @notice From the notice on the receipt stands still: whoever found document or keys can neither sell, pledge,
/// split nor deliver it, and orders signed before are dead. Whoever has a better right goes to a court, which
/// may freeze it; a frozen receipt is not replaced. A notice that is not used in time lapses.
interface IReplacement is IModule {
    /// @notice A receipt is lost (1) or compromised (2); before `until` it cannot be replaced.
    event LossNoticed(uint256 indexed receiptId, uint32 indexed holder, uint8 reason, uint40 until);
    /// @notice A notice ended without a replacement: withdrawn, or lapsed.
    event LossNoticeEnded(uint256 indexed receiptId, bool lapsed);
    /// @notice A new receipt took the place of a lost or compromised one. Read by either id, it is the link.
    event LostReplaced(uint256 indexed receiptId, uint256 indexed successorId);

    /// @notice The reason is neither lost (1) nor compromised (2).
    error UnknownLoss(uint8 reason);
    /// @notice A notice runs for 7 to 60 days.
    error NoticeOutOfRange(uint256 receiptId, uint24 noticeS, uint256 leastS, uint256 mostS);
    /// @notice No notice stands for the receipt.
    error NoNotice(uint256 receiptId);
    /// @notice The new receipt expires no earlier than the old one.
    error ExpiryShortened(uint256 receiptId, uint40 given, uint40 expiresAt);
    /// @notice Others may still object.
    error NoticeRuns(uint256 receiptId, uint40 until, uint256 nowS);
    /// @notice The notice can be used until then.
    error NoticeNotLapsed(uint256 receiptId, uint256 lapsesAt, uint256 nowS);

    /// @notice Give notice. Signed by the holder, and by the first pledgee if pledged (`consent`); attested.
    function noticeLoss(
        LossNoticeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata consent,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Withdraw a notice. Signed by the holder; attested, since whoever has its key could sign too.
    function withdrawNotice(
        LossWithdrawalOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Put a new receipt in the place of the old one, which dies first; encumbrances are copied. Signed
    /// by the holder, and by the first pledgee if pledged (`consent`); attested. The new expiry is the old one,
    /// or later by a re-assay.
    function replaceLost(
        ReplacementOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata consent,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice End a notice that was not used in time; anyone may.
    function lapseNotice(uint256 receiptId) external;

    /// @notice The notice that stands for a receipt; all zero if there is none.
    function noticeOf(uint256 receiptId) external view returns (LossNotice memory);

    /// @notice The receipt that took the place of this one, or zero.
    function successorOf(uint256 receiptId) external view returns (uint256);

    /// @notice The receipt whose place this one took, or zero.
    function predecessorOf(uint256 receiptId) external view returns (uint256);
}
