// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IModule} from "./IModule.sol";
import {IReceiptFollower} from "./IReceiptFollower.sol";
import {
    LienAssertOrder,
    LienDischargeOrder,
    LienPaymentOrder,
    LienRecord,
    LienTenderOrder,
    LienTermsOrder
} from "./LienTypes.sol";
import {Attestation, Committee} from "./Types.sol";

/// @title What a sale of goods asks of their storage lien.
interface ILienSettlement {
    /// @notice Tell what the lien secured when the goods were sold, and end it and its terms. A lien in another
    /// currency stays as it is.
    /// @dev For modules with RIGHT_PLEDGE, before they move the receipt. Spends the receipt's next order, also
    /// if there is nothing to end, so that a sale's orders are numbered the same way always.
    /// @return dueMinor What was due.
    /// @return rank The lien's, zero if none was ended.
    function settle(uint256 receiptId, uint32 seq, bytes3 currency, uint40 soldAt)
        external
        returns (uint64 dueMinor, uint8 rank);

    /// @notice What a new pledgee must know: the most that goes before its pledge, and in which currency.
    /// @return capMinor Zero if the operator waived the lien's rank, or there are no terms.
    /// @return currency Zero if there are no terms.
    function outranks(uint256 receiptId) external view returns (uint64 capMinor, bytes3 currency);
}

/// @title Storage fees, and the warehouse operator's lien for them.
/// @notice Operator and holder agree a fee and a cap; what has accrued can be read at any time. The operator
/// asserts its lien for what has accrued and no more: then the goods stay. It outranks pledges unless waived.
interface IStorageLien is IModule, IReceiptFollower, ILienSettlement {
    /// @notice Storage terms were agreed.
    event LienTermsAgreed(
        uint256 indexed receiptId,
        uint32 indexed operator,
        uint32 indexed holder,
        uint48 feeMinor,
        bytes3 currency,
        uint40 fromS,
        uint64 capMinor,
        uint8 rank,
        bytes32 contractDigest
    );
    /// @notice The lien is asserted for this amount: the goods stay.
    event LienAsserted(uint256 indexed receiptId, uint32 indexed operator, uint64 amountMinor);
    /// @notice Storage fees were paid; so much in all, and so much is still asserted. Acknowledged by the
    /// operator, or shown by the holder to a quorum without the operator (`paymentDigest` not zero).
    event LienPaid(uint256 indexed receiptId, uint64 paidMinor, uint64 assertedMinor, bytes32 paymentDigest);
    /// @notice The operator gave up its assertion, or the terms as well.
    event LienDischarged(uint256 indexed receiptId, uint32 indexed operator, uint8 scope);
    /// @notice The goods were sold; so much was due then. The terms have ended.
    event LienSettled(uint256 indexed receiptId, uint64 dueMinor, uint40 soldAt);
    /// @notice Storage terms follow the goods to this receipt, with its share of cap, fees and payments.
    event LienFollowed(uint256 indexed receiptId, uint256 indexed successorId, LienRecord terms);
    /// @notice Fees accrue on another quantity from now on.
    event LienResized(uint256 indexed receiptId, uint64 quantityG);

    /// @notice Terms need a fee, a cap, a begin and a rank: 1 before the pledges, 2 behind them.
    error LienTermsIncomplete(uint48 feeMinor, uint64 capMinor, uint40 fromS, uint8 rank);
    /// @notice Terms stand already; the operator ends them before new ones are agreed.
    error LienTermsStand(uint256 receiptId, uint8 rank);
    /// @notice No storage terms were agreed, so there is nothing to assert.
    error NoLienTerms(uint256 receiptId);
    /// @notice Terms that outrank pledges need every pledgee; only the first one can sign here.
    error JuniorsOutranked(uint256 receiptId, uint8 pledges);
    /// @notice The order's number is not the receipt's next for lien orders.
    error WrongLienNumber(uint256 receiptId, uint32 given, uint32 expected);
    /// @notice No more can be asserted than has accrued within the cap.
    error LienAboveDue(uint256 receiptId, uint64 given, uint64 dueMinor, uint256 nowS);
    /// @notice An assertion can only be raised; it falls by payment or discharge.
    error LienNotRaised(uint256 receiptId, uint64 given, uint64 assertedMinor);
    /// @notice No lien is asserted.
    error NoLienAsserted(uint256 receiptId);
    /// @notice The order adds nothing to what was paid before.
    error NoPayment(uint256 receiptId, uint64 given, uint64 paidMinor);
    /// @notice A payment counts once, by the digest of its record: this one was counted before, or is zero.
    error PaymentCounted(bytes32 paymentDigest);
    /// @notice An operator discharges its assertion (1) or the terms (2).
    error UnknownScope(uint8 scope);
    /// @notice Receipts with different storage terms do not become one.
    error LienTermsDiffer(uint256 receiptId, uint256 otherId);

    /// @notice Agree storage terms. Signed by holder and operator, and by the first pledgee if pledged.
    function agreeTerms(
        LienTermsOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata operatorSignature,
        bytes calldata consent
    ) external;

    /// @notice Assert the lien, or raise what is asserted. Signed by the operator.
    function assertLien(LienAssertOrder calldata order, bytes calldata operatorSignature) external;

    /// @notice Acknowledge a payment, also one in advance. Signed by the operator.
    function acknowledge(LienPaymentOrder calldata order, bytes calldata operatorSignature) external;

    /// @notice Give up the assertion or the terms. Signed by the operator.
    function discharge(LienDischargeOrder calldata order, bytes calldata operatorSignature) external;

    /// @notice Have a payment or deposit counted that the operator does not acknowledge. Signed by the holder;
    /// attested by a full quorum without the operator.
    function tender(
        LienTenderOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Count fees up to now and go on with the quantity that the receipt has now.
    /// @dev Anybody may call it: it writes down what is true. Modules call it where goods leave a receipt.
    function resize(uint256 receiptId) external;

    /// @notice What the lien secures at a time, never above its cap; zero for a burned receipt.
    function dueOn(uint256 receiptId, uint256 atS) external view returns (uint64);

    /// @notice Terms and how they stand; rank 0 if there are none.
    function termsOf(uint256 receiptId) external view returns (LienRecord memory);
}
