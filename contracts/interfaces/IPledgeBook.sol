// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// A pledge, in one storage slot. It may cover several receipts: the parts of one that was split.
struct PledgeRecord {
    uint32 pledgee;
    uint64 amountMinor; // most that it secures
    bytes3 currency; // ISO 4217
    uint40 maturity;
    uint16 ltvBps; // zero marks a bond
    uint24 cureS;
    uint40 defaultAt; // when notice was given; zero if none stands
    uint16 receipts;
}

/// @title What happens to pledges, and why it is refused, for both pieces of the module's code.
interface IPledgeBook {
    /// @notice A receipt was pledged.
    event Pledged(
        uint256 indexed receiptId,
        uint64 indexed pledgeId,
        uint32 indexed pledgee,
        uint32 pledgor,
        uint8 rank,
        uint64 amountMinor,
        bytes3 currency,
        uint40 maturity,
        uint16 ltvBps,
        uint24 cureS,
        bytes32 filingDigest
    );
    /// @notice A pledge has another pledgee.
    event PledgeAssigned(uint64 indexed pledgeId, uint32 indexed from, uint32 indexed to);
    /// @notice The pledges of one receipt, by rank (64 bits each from the low end), cover its successor.
    event PledgesFollowed(uint256 indexed receiptId, uint256 indexed successorId, uint256 ranks);
    /// @notice The debt is due and unpaid; before `saleFrom` nothing can be sold.
    event DefaultNoticed(uint64 indexed pledgeId, uint256 indexed receiptId, uint256 saleFrom);
    /// @notice The goods are worth too little; before `saleFrom` nothing can be sold.
    event MarginCalled(
        uint64 indexed pledgeId, uint256 indexed receiptId, uint64 valueMinor, uint64 neededMinor, uint256 saleFrom
    );
    /// @notice The default or margin call is over.
    event DefaultCured(uint64 indexed pledgeId, uint256 indexed receiptId);
    /// @notice The goods were sold. Costs come first, then the lien, then pledges by rank (PledgePaid); the
    /// surplus is the pledgor's.
    event ReceiptForeclosed(
        uint256 indexed receiptId,
        uint32 indexed pledgor,
        uint32 indexed buyer,
        bytes32 saleDigest,
        uint64 proceedsMinor,
        uint64 costsMinor,
        uint64 lienMinor,
        uint64 surplusMinor
    );
    /// @notice What a pledge got of the proceeds.
    event PledgePaid(uint64 indexed pledgeId, uint256 indexed receiptId, uint32 indexed pledgee, uint64 paidMinor);

    /// @notice The storage fees that come before the pledge have another cap than the pledgee signed.
    error LienCapDiffers(uint256 receiptId, uint64 given, uint64 lienCapMinor);
    /// @notice The valuation asks another contract whose pledges are on a receipt.
    error ValuationAsksOther(address asked, address actual);
    /// @notice A bond is the only pledge on its receipt; it is due on its date, without notice or margin.
    error BondOnReceipt(uint256 receiptId, uint64 pledgeId);
    /// @notice A sale is told after it was made.
    error SoldInFuture(uint40 soldAt, uint256 nowS);
    /// @notice The order's id is taken: change a value in it, its deadline for example.
    error PledgeExists(uint64 pledgeId);
    /// @notice No such pledge on this receipt.
    error PledgeNotOnReceipt(uint256 receiptId, uint64 pledgeId);
    /// @notice A pledge secures some amount, matures in the future and leaves time to cure.
    error PledgeTerms(uint64 amountMinor, uint40 maturity, uint16 ltvBps, uint24 cureS);
    /// @notice A new pledge goes behind those there are, and no receipt has more than four.
    error RankNotNext(uint256 receiptId, uint8 given, uint256 expected);
    /// @notice Nobody pledges to itself, and a pledgee does not take what is pledged to it.
    error PledgeeIsParty(uint32 member);
    /// @notice All pledges on a receipt are in one currency.
    error CurrencyDiffers(uint256 receiptId, bytes3 given, bytes3 currency);
    /// @notice The order names another pledgee.
    error WrongPledgee(uint64 pledgeId, uint32 given, uint32 pledgee);
    /// @notice The pledge covers several receipts: release or merge them first.
    error PledgeCoversOthers(uint64 pledgeId, uint16 receipts);
    /// @notice The receipts have not the same pledges.
    error PledgesDiffer(uint256 receiptId, uint256 otherId);
    /// @notice The debt is not due yet.
    error NotDue(uint64 pledgeId, uint40 maturity, uint256 nowS);
    /// @notice Notice was given already.
    error DefaultStands(uint64 pledgeId, uint40 defaultAt);
    /// @notice No default stands.
    error NoDefault(uint64 pledgeId);
    /// @notice The goods are worth enough.
    error MarginHolds(uint64 pledgeId, uint256 valueMinor, uint256 neededMinor);
    /// @notice The goods are worth more than the pledgee says.
    error ValueAboveClaim(uint64 pledgeId, uint64 claimMinor, uint256 valueMinor);
    /// @notice The pledgor may cure until then.
    error CurePeriodRuns(uint64 pledgeId, uint256 saleFrom, uint256 soldAt);
    /// @notice The sale begins with the first rank.
    error NotFirstRank(uint256 receiptId, uint32 given, uint32 firstPledgee);
    /// @notice The parts of the proceeds are not what the ranks give, or do not sum.
    error WaterfallDiffers(uint256 receiptId, uint256 given, uint256 expected);
}
