// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {BondDeliveryOrder, BondJointDeliveryOrder, BondRedeemOrder, PledgeBondOrder} from "./interfaces/BondTypes.sol";
import {IPledgeBond} from "./interfaces/IPledgeBond.sol";
import {PledgeRecord} from "./interfaces/IPledgeBook.sol";
import {IWarehouseReceipt} from "./interfaces/IWarehouseReceipt.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {ActHash} from "./libraries/ActHash.sol";
import {BondHash} from "./libraries/BondHash.sol";
import {Slots} from "./libraries/Slots.sol";
import {Module} from "./Module.sol";
import {PledgeBook} from "./PledgeBook.sol";
import {PledgeValue} from "./PledgeValue.sol";
import {Sale, Waterfall} from "./Waterfall.sol";

/// @title Pledge bonds: pledges that are titles of their own.
/// @dev A pledge always has an LTV, so one of zero marks a bond. It is alone on its receipt: Pledge puts no other
/// behind it, and none is issued over another. The module's third piece of code: runs in Pledge's storage and
/// under its address (delegatecall). Called directly it finds no bonds and has no rights.
contract PledgeBond is PledgeValue, Waterfall, IPledgeBond {
    using Slots for uint256;

    /// @param receipts_ The receipt contract.
    /// @param valuation_ What knows what goods are worth.
    /// @param lien The module that keeps storage terms, whose lien a sale settles.
    constructor(address receipts_, address valuation_, address lien)
        Module(receipts_)
        PledgeBook(lien)
        PledgeValue(valuation_)
    {}

    /// @inheritdoc IPledgeBond
    function issueBond(
        PledgeBondOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint32 holder, uint32 pledgee) = (order.holder, order.pledgee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(BondHash.PLEDGE_BOND_ORDER, start, 10);
        uint256 word = RECEIPTS.addPledge(order.receiptId, order.seq, pledgee);
        _enterBond(order, word, uint64(bytes8(orderHash)));
        _requireHolder(order.receiptId, word, holder);
        if (holder == pledgee) revert PledgeeIsParty(pledgee);
        _requireBoth(holder, pledgee, orderHash, holderSignature, pledgeeSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, pledgee, pledgee);
    }

    /// @inheritdoc IPledgeBond
    function redeemBond(
        BondRedeemOrder calldata order,
        bytes calldata holderSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 pledgeId) = (order.receiptId, order.pledgeId);
        PledgeRecord memory found = _bond(receiptId, pledgeId);
        if (order.paidMinor != found.amountMinor) {
            revert RedemptionDiffers(pledgeId, order.paidMinor, found.amountMinor);
        }
        uint256 word = RECEIPTS.setPledges(receiptId, order.seq, 0, 0);
        emit BondRedeemed(receiptId, pledgeId, order.paidMinor, order.paymentDigest);
        uint32 pledgee = found.pledgee;
        // Parts of a receipt that was split: the payment counts for the others, too.
        found.amountMinor = 0;
        _dropBond(receiptId, pledgeId, found);
        _requireHolder(receiptId, word, order.holder);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(BondHash.BOND_REDEEM_ORDER, start, 7);
        _requireSigned(order.holder, orderHash, holderSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, pledgee, pledgee);
    }

    /// @inheritdoc IPledgeBond
    function deliverJointly(
        BondJointDeliveryOrder calldata order,
        bytes calldata holderSignature,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        (uint256 receiptId, uint64 pledgeId, uint32 pledgee) = (order.receiptId, order.pledgeId, order.pledgee);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(BondHash.BOND_JOINT_DELIVERY_ORDER, start, 7);
        PledgeRecord memory found = _bondOf(receiptId, pledgeId, pledgee);
        _refusePart(receiptId, order.quantityG);
        uint256 word = RECEIPTS.reduceReceipt(receiptId, order.seq, order.quantityG, orderHash, pledgeeSignature);
        emit BondDeliveredJointly(receiptId, pledgeId);
        _dropBond(receiptId, pledgeId, found);
        _requireHolder(receiptId, word, order.holder);
        _requireSigned(order.holder, orderHash, holderSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, pledgee, pledgee);
    }

    /// @inheritdoc IPledgeBond
    function deliverBonded(
        BondDeliveryOrder calldata order,
        bytes calldata pledgeeSignature,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) external {
        _refuseLate(order.deadline);
        uint256 start;
        assembly ("memory-safe") {
            start := order
        }
        bytes32 orderHash = ActHash.ofWords(BondHash.BOND_DELIVERY_ORDER, start, 15);
        uint256 word = _deliver(order, orderHash, pledgeeSignature);
        _attestFor(orderHash, word, attestation, committee, signatures, order.pledgee, order.pledgee);
    }

    // --- inner steps ---

    /// @dev The goods leave under a due bond, the storage lien first.
    function _deliver(BondDeliveryOrder calldata order, bytes32 orderHash, bytes calldata pledgeeSignature)
        private
        returns (uint256 word)
    {
        uint256 receiptId = order.receiptId;
        _refuseUndue(order);
        _refusePart(receiptId, order.quantityG);
        _refuseCheap(order);
        Sale memory sale;
        sale.receiptId = receiptId; // nobody buys: the goods leave the register at an attested value
        _beginSale(sale, order.seq, order.pledgeId, order.soldAt, order.proceedsMinor, order.costsMinor);
        word = RECEIPTS.reduceReceipt(receiptId, order.seq + 1, order.quantityG, orderHash, pledgeeSignature);
        _requireHolder(receiptId, word, order.pledgor);
        _tellDelivery(order);
        _payPledge(sale, order.pledgeId, order.claimMinor, order.paidMinor);
        _endSale(sale, order.lienMinor, order.surplusMinor);
    }

    function _enterBond(PledgeBondOrder calldata order, uint256 word, uint64 pledgeId) private {
        (uint256 receiptId, uint64 amountMinor, uint40 maturity) = (order.receiptId, order.amountMinor, order.maturity);
        if (word.pledgesOf() != 0) revert BondOverPledge(receiptId, word.pledgesOf());
        if (amountMinor == 0 || maturity <= block.timestamp) revert BondTerms(amountMinor, maturity);
        _requireCap(receiptId, word, order.lienCapMinor, order.currency);
        if (pledgeId == 0 || _pledges[pledgeId].receipts != 0) revert PledgeExists(pledgeId);
        _ranks[receiptId] = pledgeId;
        _pledges[pledgeId] = PledgeRecord(order.pledgee, amountMinor, order.currency, maturity, 0, 0, 0, 1);
        emit Pledged(
            receiptId,
            pledgeId,
            order.pledgee,
            order.holder,
            1,
            amountMinor,
            order.currency,
            maturity,
            0,
            0,
            order.filingDigest
        );
        emit BondIssued(receiptId, pledgeId, order.pledgee);
    }

    /// @dev `emit BondDelivered(receiptId, pledgeId, pledgor, saleDigest, …, surplusMinor)`, whose data are eight
    /// words of the order as it lies in the call.
    function _tellDelivery(BondDeliveryOrder calldata order) private {
        (uint256 receiptId, uint64 pledgeId, uint32 pledgor) = (order.receiptId, order.pledgeId, order.pledgor);
        bytes32 topic = BondDelivered.selector;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, add(order, 192), 256)
            log4(free, 256, topic, receiptId, pledgeId, pledgor)
        }
    }

    /// @dev Take a bond off a receipt that it no longer covers.
    function _dropBond(uint256 receiptId, uint64 pledgeId, PledgeRecord memory found) private {
        delete _ranks[receiptId];
        _uncover(pledgeId, found);
    }

    function _refuseUndue(BondDeliveryOrder calldata order) private view {
        PledgeRecord memory found = _bondOf(order.receiptId, order.pledgeId, order.pledgee);
        if (order.soldAt <= found.maturity) revert NotDue(order.pledgeId, found.maturity, order.soldAt);
    }

    /// @dev Goods whose lot has a price go out for no less. Without a price the quorum alone says what they are
    /// worth; where prices are stale or apart, a sale is the way.
    function _refuseCheap(BondDeliveryOrder calldata order) private view {
        (uint256 receiptId, uint64 proceedsMinor) = (order.receiptId, order.proceedsMinor);
        bytes24 lotId = IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId).lotId;
        if (VALUATION.seriesOfLot(lotId) == 0) return;
        (uint64 valueMinor, bytes3 currency) = VALUATION.valueOf(receiptId);
        if (currency != _pledges[order.pledgeId].currency) {
            revert CurrencyDiffers(receiptId, _pledges[order.pledgeId].currency, currency);
        }
        if (proceedsMinor < valueMinor) revert BelowValue(receiptId, proceedsMinor, valueMinor);
    }

    function _refusePart(uint256 receiptId, uint64 quantityG) private view {
        uint64 wholeG = IWarehouseReceipt(address(RECEIPTS)).receiptOf(receiptId).quantityG;
        if (quantityG != wholeG) revert QuantityNotWhole(receiptId, quantityG, wholeG);
    }

    /// @dev The bond, if it is on the receipt.
    function _bond(uint256 receiptId, uint64 pledgeId) private view returns (PledgeRecord memory found) {
        _position(receiptId, _ranks[receiptId], pledgeId);
        found = _pledges[pledgeId];
        if (found.ltvBps != 0) revert NotABond(pledgeId);
    }

    /// @dev The bond, if it is on the receipt and this is its holder.
    function _bondOf(uint256 receiptId, uint64 pledgeId, uint32 pledgee)
        private
        view
        returns (PledgeRecord memory found)
    {
        found = _bond(receiptId, pledgeId);
        if (found.pledgee != pledgee) revert WrongPledgee(pledgeId, pledgee, found.pledgee);
    }
}
