// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {LIEN_BEFORE_PLEDGES} from "./interfaces/LienTypes.sol";
import {PledgeBook} from "./PledgeBook.sol";

/// What a sale brought, and what of it is not given out yet.
struct Sale {
    uint256 receiptId;
    uint32 buyer; // zero if nobody buys: the goods go out at a value
    uint64 restMinor;
    uint64 dueMinor; // to the storage lien
    uint64 toLienMinor; // what of it was given out
    uint8 lienRank; // zero if there is none
}

/// @title Who gets what of a sale: costs, storage lien, pledges by rank, and the rest the pledgor.
/// @dev Each gets what it claims until nothing is left, and the order must say so, to the unit.
/// `holdfast/domain/lien.py` computes the same, for those who fill orders and as the tests' specification.
abstract contract Waterfall is PledgeBook {
    /// @dev End the storage lien for what was due when the goods were sold; the receipt's next order is spent.
    /// Costs come first, then a lien that outranks pledges.
    function _beginSale(Sale memory sale, uint32 seq, uint64 firstId, uint40 soldAt, uint64 proceeds, uint64 costs)
        internal
    {
        if (soldAt > block.timestamp) revert SoldInFuture(soldAt, block.timestamp);
        uint256 receiptId = sale.receiptId;
        if (costs > proceeds) revert WaterfallDiffers(receiptId, costs, proceeds);
        sale.restMinor = proceeds - costs;
        (sale.dueMinor, sale.lienRank) = LIEN.settle(receiptId, seq, _pledges[firstId].currency, soldAt);
        if (sale.lienRank == LIEN_BEFORE_PLEDGES) _payLien(sale);
    }

    /// @dev Next comes this pledge. What it got burdens other receipts under it no more.
    function _payPledge(Sale memory sale, uint64 pledgeId, uint64 claimMinor, uint64 paidMinor) internal {
        uint256 receiptId = sale.receiptId;
        PledgeRecord memory found = _pledges[pledgeId];
        if (sale.buyer == found.pledgee) revert PledgeeIsParty(found.pledgee);
        if (claimMinor > found.amountMinor) revert WaterfallDiffers(receiptId, claimMinor, found.amountMinor);
        uint64 due = _lesser(claimMinor, sale.restMinor);
        if (paidMinor != due) revert WaterfallDiffers(receiptId, paidMinor, due);
        sale.restMinor -= due;
        emit PledgePaid(pledgeId, receiptId, found.pledgee, paidMinor);
        found.amountMinor -= paidMinor;
        _uncover(pledgeId, found);
    }

    /// @dev A lien that waived its rank is last; what is left then is the pledgor's.
    function _endSale(Sale memory sale, uint64 lienMinor, uint64 surplusMinor) internal {
        uint256 receiptId = sale.receiptId;
        if (sale.lienRank != LIEN_BEFORE_PLEDGES) _payLien(sale);
        if (lienMinor != sale.toLienMinor) revert WaterfallDiffers(receiptId, lienMinor, sale.toLienMinor);
        if (surplusMinor != sale.restMinor) revert WaterfallDiffers(receiptId, surplusMinor, sale.restMinor);
        delete _ranks[receiptId];
    }

    function _payLien(Sale memory sale) private pure {
        uint64 paidMinor = _lesser(sale.dueMinor, sale.restMinor);
        (sale.toLienMinor, sale.restMinor) = (paidMinor, sale.restMinor - paidMinor);
    }

    function _lesser(uint64 a, uint64 b) private pure returns (uint64) {
        return a < b ? a : b;
    }
}
