// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IPledge} from "./interfaces/IPledge.sol";
import {IPledgeBook, PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {IValuation} from "./interfaces/IValuation.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Attestation, Committee, Receipt, STATUS_DELIVERED} from "./interfaces/Types.sol";
import {Cover, LotSeriesOrder, Price, PriceOrder, Series} from "./interfaces/ValueTypes.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {ValueHash} from "./libraries/ValueHash.sol";
import {Module} from "./Module.sol";

/// @title Prices, and what goods are worth by them.
contract Valuation is Module, AccessManaged, IValuation {
    uint256 private constant FEWEST = 2;
    uint256 private constant MOST_FEEDERS = 16;
    uint256 private constant MOST_RANKS = 4;
    uint32 private constant MOST_STALENESS_S = 30 days;
    uint16 private constant MOST_DEVIATION_BPS = 5_000;
    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant TONNE_G = 1_000_000;

    /// @dev Fixed at deployment, where its address is known in advance (CREATE).
    IPledge private immutable PLEDGE;

    mapping(bytes32 seriesDigest => Series) private _series;
    mapping(bytes32 seriesDigest => mapping(uint32 feeder => Price)) private _prices;
    mapping(bytes24 lotId => bytes32 seriesDigest) private _seriesOfLot;

    /// @param receipts_ The receipt contract; whoever governs its consortium governs the series.
    /// @param pledge The address at which the module that keeps the pledges will be deployed.
    constructor(address receipts_, address pledge)
        Module(receipts_)
        AccessManaged(IAccessManaged(IWarehouseReceipt(receipts_).consortium()).authority())
    {
        PLEDGE = IPledge(pledge);
    }

    /// @inheritdoc IValuation
    function setSeries(
        bytes32 seriesDigest,
        bytes3 currency,
        uint32 stalenessS,
        uint16 deviationBps,
        uint32[] calldata feeders
    ) external restricted {
        if (seriesDigest == 0) revert UnknownSeries(seriesDigest);
        for (uint256 i = 0; i < 3; ++i) {
            if (currency[i] < "A" || currency[i] > "Z") revert CurrencyMalformed(currency);
        }
        if (stalenessS == 0 || stalenessS > MOST_STALENESS_S || deviationBps > MOST_DEVIATION_BPS) {
            revert SeriesTerms(seriesDigest, stalenessS, deviationBps);
        }
        if (feeders.length < FEWEST || feeders.length > MOST_FEEDERS) revert FeedersOutOfRange(feeders.length);
        uint32 previous = 0;
        for (uint256 i = 0; i < feeders.length; ++i) {
            if (i != 0 && feeders[i] <= previous) revert FeedersNotAscending(previous, feeders[i]);
            previous = feeders[i];
            CONSORTIUM.actingFor(previous); // refused if there is no such member, or it may not act
        }
        bytes3 kept = _series[seriesDigest].currency;
        if (kept != 0 && kept != currency) revert SeriesCurrencyFixed(seriesDigest, currency, kept);
        _series[seriesDigest] = Series(currency, stalenessS, deviationBps, feeders);
        emit SeriesSet(seriesDigest, currency, stalenessS, deviationBps, feeders);
    }

    /// @inheritdoc IValuation
    function post(PriceOrder calldata order, bytes calldata feederSignature) external {
        _refuseLate(order.deadline);
        (bytes32 seriesDigest, uint32 feeder) = (order.seriesDigest, order.feeder);
        (uint64 priceMinor, uint40 observedAt) = (order.priceMinor, order.observedAt);
        Series memory series = _known(seriesDigest);
        if (!_feeds(series.feeders, feeder)) revert NotFeeder(seriesDigest, feeder);
        if (priceMinor == 0) revert PriceZero(seriesDigest);
        if (observedAt > block.timestamp) revert PriceInFuture(observedAt, block.timestamp);
        if (!_fresh(observedAt, series.stalenessS)) {
            revert PriceStale(seriesDigest, observedAt, block.timestamp - series.stalenessS);
        }
        uint40 lastAt = _prices[seriesDigest][feeder].observedAt;
        if (observedAt <= lastAt) revert PriceNotNewer(seriesDigest, feeder, observedAt, lastAt);
        _prices[seriesDigest][feeder] = Price(priceMinor, observedAt);
        emit PricePosted(seriesDigest, feeder, priceMinor, observedAt);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        _requireSigned(feeder, ActHash.ofWords(ValueHash.PRICE_ORDER, start, 5), feederSignature);
    }

    /// @inheritdoc IValuation
    function assignLot(
        LotSeriesOrder calldata order,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, bytes32 seriesDigest) = (order.receiptId, order.seriesDigest);
        _known(seriesDigest);
        Receipt memory receipt = _goods(receiptId);
        bytes24 lotId = receipt.lotId;
        if (_seriesOfLot[lotId] != 0) revert LotHasSeries(lotId, _seriesOfLot[lotId]);
        _seriesOfLot[lotId] = seriesDigest;
        emit LotSeriesSet(lotId, seriesDigest, receiptId);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(ValueHash.LOT_SERIES_ORDER, start, 3);
        bytes32 current = CONSORTIUM.committeeDigest();
        (uint256 signers, uint256 filter) = _attest(
            orderHash, attestation, committee, signatures, committee.threshold, receipt.operator, current
        );
        Quorum.refuseParty(committee.attesters, signers, filter, receipt.holder);
        Quorum.refuseParty(committee.attesters, signers, filter, receipt.firstPledgee);
    }

    /// @inheritdoc IValuation
    function valueOf(uint256 receiptId) external view returns (uint64 valueMinor, bytes3 currency) {
        return _value(receiptId, PLEDGE.pledgesOn(receiptId));
    }

    /// @inheritdoc IValuation
    function priceOf(uint256 receiptId) external view returns (uint64 priceMinor, uint256 prices) {
        (priceMinor, prices,,) = _price(receiptId, PLEDGE.pledgesOn(receiptId));
    }

    /// @inheritdoc IValuation
    function coverOf(uint64 pledgeId, uint256[] calldata receiptIds) external view returns (Cover memory) {
        PledgeRecord memory found = PLEDGE.pledgeOf(pledgeId);
        if (receiptIds.length == 0 || receiptIds.length != found.receipts) {
            revert CoverIncomplete(pledgeId, receiptIds.length, found.receipts);
        }
        return _cover(pledgeId, found, receiptIds);
    }

    /// @inheritdoc IValuation
    function ltvOf(uint64 pledgeId, uint256 receiptId) external view returns (uint256) {
        PledgeRecord memory found = PLEDGE.pledgeOf(pledgeId);
        if (found.receipts > 1) revert IPledgeBook.PledgeCoversOthers(pledgeId, found.receipts);
        uint256[] memory receiptIds = new uint256[](1);
        receiptIds[0] = receiptId;
        Cover memory cover = _cover(pledgeId, found, receiptIds);
        if (cover.valueMinor == 0) revert WorthNothing(pledgeId);
        return _ceil(cover.securedMinor * WHOLE_BPS, cover.valueMinor);
    }

    /// @inheritdoc IValuation
    function seriesOf(bytes32 seriesDigest) external view returns (Series memory) {
        return _series[seriesDigest];
    }

    /// @inheritdoc IValuation
    function seriesOfLot(bytes24 lotId) external view returns (bytes32) {
        return _seriesOfLot[lotId];
    }

    /// @inheritdoc IValuation
    function lastPrice(bytes32 seriesDigest, uint32 feeder) external view returns (Price memory) {
        return _prices[seriesDigest][feeder];
    }

    /// @inheritdoc IValuation
    function pledgeModule() external view returns (address) {
        return address(PLEDGE);
    }

    /// @dev A pledge before this one counts once, on however many of the receipts it is.
    function _cover(uint64 pledgeId, PledgeRecord memory found, uint256[] memory receiptIds)
        private
        view
        returns (Cover memory cover)
    {
        cover.currency = found.currency;
        cover.securedMinor = found.amountMinor;
        uint64[] memory before = new uint64[](receiptIds.length * MOST_RANKS);
        uint256 known = 0;
        for (uint256 i = 0; i < receiptIds.length; ++i) {
            uint256 receiptId = receiptIds[i];
            for (uint256 j = 0; j < i; ++j) {
                if (receiptIds[j] == receiptId) revert ReceiptRepeated(receiptId);
            }
            uint64[] memory ranks = PLEDGE.pledgesOn(receiptId);
            uint256 rank = 0;
            for (; rank < ranks.length && ranks[rank] != pledgeId; ++rank) {
                if (_within(before, known, ranks[rank])) continue;
                before[known++] = ranks[rank];
                cover.securedMinor += PLEDGE.pledgeOf(ranks[rank]).amountMinor;
            }
            if (rank == ranks.length) revert IPledgeBook.PledgeNotOnReceipt(receiptId, pledgeId);
            (uint64 valueMinor, bytes3 currency) = _value(receiptId, ranks);
            if (currency != found.currency) revert IPledgeBook.CurrencyDiffers(receiptId, found.currency, currency);
            cover.valueMinor += valueMinor;
        }
        // A bond has no LTV: it needs what it secures.
        cover.neededMinor = _ceil(cover.securedMinor * WHOLE_BPS, found.ltvBps == 0 ? WHOLE_BPS : found.ltvBps);
    }

    function _value(uint256 receiptId, uint64[] memory ranks) private view returns (uint64, bytes3) {
        (uint64 priceMinor,, uint64 quantityG, bytes3 currency) = _price(receiptId, ranks);
        uint256 valueMinor = uint256(priceMinor) * quantityG / TONNE_G;
        if (valueMinor > type(uint64).max) revert ValueTooLarge(receiptId, quantityG, priceMinor);
        return (uint64(valueMinor), currency);
    }

    /// @dev The lower median of the prices that count.
    function _price(uint256 receiptId, uint64[] memory ranks)
        private
        view
        returns (uint64 priceMinor, uint256 prices, uint64 quantityG, bytes3 currency)
    {
        Receipt memory receipt = _goods(receiptId);
        bytes32 seriesDigest = _seriesOfLot[receipt.lotId];
        if (seriesDigest == 0) revert LotWithoutSeries(receiptId, receipt.lotId);
        Series memory series = _series[seriesDigest];
        uint64[] memory sorted;
        (sorted, prices) = _counting(seriesDigest, series, _parties(receipt, ranks));
        if (prices < FEWEST) revert TooFewPrices(receiptId, seriesDigest, prices);
        (uint64 lowest, uint64 highest) = (sorted[0], sorted[prices - 1]);
        if (uint256(highest - lowest) * WHOLE_BPS > uint256(lowest) * series.deviationBps) {
            revert PricesDeviate(seriesDigest, lowest, highest, series.deviationBps);
        }
        return (sorted[(prices - 1) / 2], prices, receipt.quantityG, series.currency);
    }

    /// @dev A receipt that stands for goods.
    function _goods(uint256 receiptId) private view returns (Receipt memory receipt) {
        receipt = IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId);
        if (receipt.status >= STATUS_DELIVERED) revert ReceiptNotLive(receiptId, receipt.status);
    }

    /// @dev Fresh prices of members that may act and are no party, ascending, and how many there are.
    function _counting(bytes32 seriesDigest, Series memory series, uint32[] memory parties)
        private
        view
        returns (uint64[] memory sorted, uint256 prices)
    {
        sorted = new uint64[](series.feeders.length);
        for (uint256 i = 0; i < sorted.length; ++i) {
            uint32 feeder = series.feeders[i];
            Price memory price = _prices[seriesDigest][feeder];
            bool counts = price.priceMinor != 0 && _fresh(price.observedAt, series.stalenessS)
                && !_feeds(parties, feeder) && CONSORTIUM.member(feeder).active;
            if (!counts) continue;
            uint256 at = prices++;
            for (; at != 0 && sorted[at - 1] > price.priceMinor; --at) sorted[at] = sorted[at - 1];
            sorted[at] = price.priceMinor;
        }
    }

    /// @dev Holder, operator and all pledgees: nobody prices goods in its own cause.
    function _parties(Receipt memory receipt, uint64[] memory ranks) private view returns (uint32[] memory parties) {
        parties = new uint32[](ranks.length + 3);
        (parties[0], parties[1], parties[2]) = (receipt.holder, receipt.operator, receipt.firstPledgee);
        for (uint256 i = 0; i < ranks.length; ++i) parties[i + 3] = PLEDGE.pledgeOf(ranks[i]).pledgee;
    }

    function _known(bytes32 seriesDigest) private view returns (Series memory series) {
        series = _series[seriesDigest];
        if (series.currency == 0) revert UnknownSeries(seriesDigest);
    }

    function _fresh(uint40 observedAt, uint32 stalenessS) private view returns (bool) {
        return uint256(observedAt) + stalenessS >= block.timestamp;
    }

    function _feeds(uint32[] memory members, uint32 one) private pure returns (bool) {
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] == one) return true;
        }
        return false;
    }

    function _within(uint64[] memory ids, uint256 count, uint64 one) private pure returns (bool) {
        for (uint256 i = 0; i < count; ++i) {
            if (ids[i] == one) return true;
        }
        return false;
    }

    function _ceil(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
