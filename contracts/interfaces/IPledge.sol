// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {
    CureOrder,
    DefaultOrder,
    ForeclosureOrder,
    MarginOrder,
    PledgeAssignOrder,
    PledgedTransferOrder,
    PledgeOrder,
    PledgeReleaseOrder,
    ReceiptRef,
    Successor
} from "./ActTypes.sol";
import {IModule} from "./IModule.sol";
import {Attestation, Committee} from "./Types.sol";

/// A pledge, in one storage slot. It may cover several receipts: the parts of one that was split.
struct PledgeRecord {
    uint32 pledgee;
    uint64 amountMinor; // most that it secures
    bytes3 currency; // ISO 4217
    uint40 maturity;
    uint16 ltvBps;
    uint24 cureS;
    uint40 defaultAt; // when notice was given; zero if none stands
    uint16 receipts;
}

/// @title Pledges go where receipts go.
interface IPledgeFollower {
    /// @notice Carry the pledges of receipts that were replaced over to their successors.
    /// @dev For modules with RIGHT_REPLACE, in the transaction that replaced them.
    function follow(ReceiptRef[] calldata olds, Successor[] calldata news) external;
}

/// @title Pledges: three acts at once, ranks, release, assignment, default, sale.
/// @notice A pledge takes effect in one transaction in which holder and pledgee sign (endorsement and delivery)
/// and the operator's attester countersigns in the quorum, with the digest of the filing. Its id is the first
/// eight bytes of the order's hash. Nothing here gives goods to a pledgee: they are sold, and what is left over
/// belongs to the pledgor.
interface IPledge is IModule, IPledgeFollower {
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
    /// @notice A pledge no longer covers the receipt.
    event PledgeReleased(uint256 indexed receiptId, uint64 indexed pledgeId, uint32 indexed pledgee);
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
    error MarginHolds(uint64 pledgeId, uint64 valueMinor, uint256 neededMinor);
    /// @notice The pledgor may cure until then.
    error CurePeriodRuns(uint64 pledgeId, uint256 saleFrom, uint256 nowS);
    /// @notice The sale begins with the first rank.
    error NotFirstRank(uint256 receiptId, uint32 given, uint32 firstPledgee);
    /// @notice The parts of the proceeds are not what the ranks give, or do not sum.
    error WaterfallDiffers(uint256 receiptId, uint256 given, uint256 expected);

    /// @notice Pledge a receipt. Signed by holder and pledgee, and for a junior pledge by the first pledgee;
    /// attested.
    function pledge(
        PledgeOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        bytes calldata seniorSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice End a pledge on one receipt. Signed by its pledgee. Juniors move up by one.
    function release(PledgeReleaseOrder calldata order, bytes calldata pledgeeSignature) external;

    /// @notice Give a pledge to another member. Signed by both.
    function assign(
        PledgeAssignOrder calldata order,
        bytes calldata pledgeeSignature,
        bytes calldata assigneeSignature
    ) external;

    /// @notice Give a pledged receipt to another member. Signed by holder, transferee and first pledgee; attested.
    function transferPledged(
        PledgedTransferOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata transfereeSignature,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Give notice that the debt is due and unpaid. Signed by the pledgee.
    function noticeDefault(DefaultOrder calldata order, bytes calldata pledgeeSignature) external;

    /// @notice Give notice that the goods' attested value no longer covers the debt. Signed by the pledgee;
    /// attested.
    function callMargin(
        MarginOrder calldata order,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice Acknowledge that a default is cured. Signed by the pledgee.
    function cure(CureOrder calldata order, bytes calldata pledgeeSignature) external;

    /// @notice Sell a receipt in default, after the time to cure. Signed by first pledgee and buyer; attested.
    function foreclose(
        ForeclosureOrder calldata order,
        bytes calldata pledgeeSignature,
        bytes calldata buyerSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external;

    /// @notice A pledge; all zero if there is none.
    function pledgeOf(uint64 pledgeId) external view returns (PledgeRecord memory);

    /// @notice Pledges on a receipt by rank.
    function pledgesOn(uint256 receiptId) external view returns (uint64[] memory);
}
