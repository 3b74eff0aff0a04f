// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IModule} from "./IModule.sol";
import {Attestation, Committee} from "./Types.sol";
import {Cover, LotSeriesOrder, Price, PriceOrder, Series} from "./ValueTypes.sol";

/// @title What goods are worth, by prices of at least two members that have no part in the receipt.
/// @notice Governance sets up series; feeders sign prices; a quorum says once which series a lot is valued by.
/// A value is the lower median of the fresh prices (of two, the lower) times the grams that the receipt stands
/// for, rounded down. A price counts if it is fresh and its feeder may act and is neither holder, operator nor
/// pledgee of the receipt. With fewer than two, or two too far apart, there is no value: whatever needs one
/// halts until the feeders agree again.
interface IValuation is IModule {
    /// @notice Governance set up a series, or changed its rules.
    event SeriesSet(
        bytes32 indexed seriesDigest, bytes3 currency, uint32 stalenessS, uint16 deviationBps, uint32[] feeders
    );
    /// @notice A feeder posted a price.
    event PricePosted(
        bytes32 indexed seriesDigest, uint32 indexed feeder, uint64 priceMinor, uint40 observedAt
    );
    /// @notice The lot is valued by this series from now on.
    event LotSeriesSet(bytes24 indexed lotId, bytes32 indexed seriesDigest, uint256 indexed receiptId);

    /// @notice A currency is three capital letters.
    error CurrencyMalformed(bytes3 currency);
    /// @notice A series keeps its currency: the prices it has are in it.
    error SeriesCurrencyFixed(bytes32 seriesDigest, bytes3 given, bytes3 currency);
    /// @notice A price may be at most thirty days old, and prices at most half apart.
    error SeriesTerms(bytes32 seriesDigest, uint32 stalenessS, uint16 deviationBps);
    /// @notice A series has two to sixteen feeders.
    error FeedersOutOfRange(uint256 feeders);
    /// @notice Feeders come in ascending order, each once.
    error FeedersNotAscending(uint32 previous, uint32 feeder);
    /// @notice There is no such series.
    error UnknownSeries(bytes32 seriesDigest);
    /// @notice The member does not post to this series.
    error NotFeeder(bytes32 seriesDigest, uint32 feeder);
    /// @notice Nothing costs nothing.
    error PriceZero(bytes32 seriesDigest);
    /// @notice A price cannot have been observed yet.
    error PriceInFuture(uint40 observedAt, uint256 nowS);
    /// @notice The feeder's last price is as new or newer: this one was posted before, or came too late.
    error PriceNotNewer(bytes32 seriesDigest, uint32 feeder, uint40 observedAt, uint40 lastAt);
    /// @notice The price would count no more.
    error PriceStale(bytes32 seriesDigest, uint40 observedAt, uint256 oldestS);
    /// @notice The lot has its series already, for good.
    error LotHasSeries(bytes24 lotId, bytes32 seriesDigest);
    /// @notice Nobody has said by which series the lot is valued.
    error LotWithoutSeries(uint256 receiptId, bytes24 lotId);
    /// @notice Too few fresh prices by members that have no part in the receipt.
    error TooFewPrices(uint256 receiptId, bytes32 seriesDigest, uint256 prices);
    /// @notice Fresh prices are too far apart: no value until they agree again.
    error PricesDeviate(bytes32 seriesDigest, uint64 lowestMinor, uint64 highestMinor, uint16 deviationBps);
    /// @notice The value does not fit an amount.
    error ValueTooLarge(uint256 receiptId, uint64 quantityG, uint64 priceMinor);
    /// @notice An LTV of goods worth nothing is no number.
    error WorthNothing(uint64 pledgeId);
    /// @notice All receipts that the pledge covers must be named, each once.
    error CoverIncomplete(uint64 pledgeId, uint256 given, uint16 receipts);
    /// @notice The receipt is named twice.
    error ReceiptRepeated(uint256 receiptId);

    /// @notice Set up a series or change its rules. For governance alone. What feeders have posted stays; of a
    /// member that is no feeder any more it does not count.
    function setSeries(
        bytes32 seriesDigest,
        bytes3 currency,
        uint32 stalenessS,
        uint16 deviationBps,
        uint32[] calldata feeders
    ) external;

    /// @notice Post a price. Signed by the feeder.
    function post(PriceOrder calldata order, bytes calldata feederSignature) external;

    /// @notice Say by which series the lot of a receipt is valued. Attested; the operator's attester is among the
    /// signers, and none of the receipt's holder or first pledgee.
    function assignLot(
        LotSeriesOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice What the goods of a receipt are worth now; refused if no two prices say so.
    function valueOf(uint256 receiptId) external view returns (uint64 valueMinor, bytes3 currency);

    /// @notice The price that value is computed by, and how many prices count.
    function priceOf(uint256 receiptId) external view returns (uint64 priceMinor, uint256 prices);

    /// @notice What a pledge secures and what it needs, against the value of all receipts it covers.
    /// @param receiptIds All of them, in any order.
    function coverOf(uint64 pledgeId, uint256[] calldata receiptIds) external view returns (Cover memory);

    /// @notice What the pledge and those before it secure, in basis points of the receipt's value, rounded up.
    /// Refused if the pledge covers other receipts as well: see coverOf.
    function ltvOf(uint64 pledgeId, uint256 receiptId) external view returns (uint256 ltvBps);

    /// @notice A series; all zero if there is none.
    function seriesOf(bytes32 seriesDigest) external view returns (Series memory);

    /// @notice The series a lot is valued by; zero if none.
    function seriesOfLot(bytes24 lotId) external view returns (bytes32);

    /// @notice What a feeder posted last; zero if nothing.
    function lastPrice(bytes32 seriesDigest, uint32 feeder) external view returns (Price memory);

    /// @notice The contract that knows the pledges on a receipt.
    function pledgeModule() external view returns (address);
}
