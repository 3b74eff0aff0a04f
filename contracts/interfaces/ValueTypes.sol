// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

// What the value of goods is computed from, and the orders about it. Prices are whole minor units of the
// currency for one tonne, values and amounts whole minor units, times unix seconds. A series is named by the
// SHA-256 of its description (grade, place, source): the chain sees no grade.

/// A price series: who may post to it, how old a price may be, how far prices may lie apart.
struct Series {
    bytes3 currency; // ISO 4217; zero if there is no such series
    uint32 stalenessS; // a price older than that does not count
    uint16 deviationBps; // most that the highest fresh price may be above the lowest
    uint32[] feeders; // members, ascending
}

/// The last price that a feeder posted to a series.
struct Price {
    uint64 priceMinor;
    uint40 observedAt;
}

/// What a pledge secures, and what the goods it covers are worth.
struct Cover {
    bytes3 currency;
    uint256 valueMinor; // of all receipts the pledge covers
    uint256 securedMinor; // by the pledge and by those before it
    uint256 neededMinor; // value that the agreed LTV asks for
}

/// Say what one tonne is worth. Signed by the feeder.
struct PriceOrder {
    bytes32 seriesDigest;
    uint32 feeder;
    uint64 priceMinor;
    uint40 observedAt;
    uint64 deadline;
}

/// Say by which series the lot of a receipt is valued: once for each lot.
struct LotSeriesOrder {
    uint256 receiptId;
    bytes32 seriesDigest;
    uint64 deadline;
}

/// Put a receipt in the place of a pledged one, under the same pledges in the same ranks.
struct PledgeSubstituteOrder {
    uint256 receiptId; // comes in
    uint256 releasedId; // goes out
    uint32 holder;
    uint32 pledgee; // of the first rank
    uint32 second; // pledgee of the second rank, zero if there is none
    uint32 third;
    uint32 fourth;
    uint32 seq;
    uint32 releasedSeq;
    bytes32 filingDigest; // SHA-256 of the amended filing with the registry of security interests
    uint64 deadline;
}
