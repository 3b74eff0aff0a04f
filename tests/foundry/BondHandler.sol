// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ForeclosureOrder, PledgeOrder} from "contracts/interfaces/ActTypes.sol";
import {
    BondDeliveryOrder,
    BondJointDeliveryOrder,
    BondRedeemOrder,
    PledgeBondOrder
} from "contracts/interfaces/BondTypes.sol";
import {IPledgeBond} from "contracts/interfaces/IPledgeBond.sol";
import {STATUS_DELIVERED} from "contracts/interfaces/Types.sol";
import {Spoil} from "./Desk.sol";
import {Proof} from "./ReceiptHandler.sol";
import {SaleHandler} from "./SaleHandler.sol";
import {Typed} from "./Typed.sol";

/// @title Pledge bonds: issued, redeemed, delivered by both holders, delivered by the bond's alone when due.
/// @dev The other handlers give them on, release, split, merge, exchange and sell them as they do any pledge.
abstract contract BondHandler is SaleHandler {
    function issueBond(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | FREE | OPEN_RANK);
        Paper storage paper = papers[id];
        PledgeBondOrder memory order = _bondOrder(id, paper, seed);
        bytes32 orderHash = keccak256(abi.encode(Typed.BOND, order));
        bytes memory holderSignature = _sign(pledge, order.holder, orderHash);
        bytes memory pledgeeSignature = _sign(pledge, order.pledgee, orderHash);
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [order.holder, order.pledgee, 0], seed);
        bytes memory data = abi.encodeCall(
            IPledgeBond.issueBond,
            (order, holderSignature, pledgeeSignature, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, pledge, data, false, THOUGH_LIEN);
        _owe(
            id,
            uint64(bytes8(orderHash)),
            Debt(order.pledgee, order.amountMinor, order.currency, order.maturity, 0, 0, 0, 1, 0)
        );
        _count(id);
    }

    /// @notice The holder has paid or deposited what the bond secures, and its holder does not discharge it.
    function redeemBond(uint256 seed) external timely {
        uint256 id = _pick(seed, BONDED);
        Paper storage paper = papers[id];
        if (paper.pledges.length == 0 || inactive[paper.holder] && spoil != Spoil.IDLE_PARTY) _skip();
        uint64 bondId = paper.pledges[0];
        uint64 paidMinor = debts[bondId].amountMinor;
        // I8: for less than it secures, or for more.
        if (_spoils(Spoil.UNFAIR)) paidMinor = spoilAt % 2 == 0 || paidMinor == 0 ? paidMinor + 1 : paidMinor - 1;
        BondRedeemOrder memory order = BondRedeemOrder(
            id, bondId, paper.holder, _seq(paper.seq), paidMinor, keccak256(abi.encode("paid", seed)), _deadline()
        );
        bytes32 orderHash = keccak256(abi.encode(Typed.BOND_REDEEM, order));
        bytes memory signature = _sign(pledge, order.holder, orderHash);
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [order.holder, debts[bondId].pledgee, 0], seed);
        _send(
            pledge,
            abi.encodeCall(
                IPledgeBond.redeemBond,
                (order, signature, proof.attestation, proof.committee, proof.signatures)
            )
        );
        debts[bondId].amountMinor = 0; // for the other parts of a split, too
        _unpledge(id, bondId);
        _count(id);
    }

    function deliverJointly(uint256 seed) external timely {
        uint256 id = _pick(seed, MOVABLE | BONDED | CONSENTED);
        Paper storage paper = papers[id];
        if (paper.pledges.length == 0) _skip();
        uint64 grams = paper.grams;
        // I3: part of the goods, or more than there are; the bond would end with the rest.
        if (_spoils(Spoil.UNFAIR)) grams = spoilAt % 2 == 0 ? grams + 1 : grams - 1;
        BondJointDeliveryOrder memory order = BondJointDeliveryOrder(
            id, paper.pledges[0], paper.holder, _firstPledgee(paper), grams, _seq(paper.seq), _deadline()
        );
        bytes32 orderHash = keccak256(abi.encode(Typed.BOND_JOINT_DELIVERY, order));
        bytes memory holderSignature = _sign(pledge, order.holder, orderHash);
        bytes memory consent = _consent(pledge, order.pledgee, orderHash);
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [order.holder, order.pledgee, 0], seed);
        bytes memory data = abi.encodeCall(
            IPledgeBond.deliverJointly,
            (order, holderSignature, consent, proof.attestation, proof.committee, proof.signatures)
        );
        _sendMove(id, pledge, data, consent.length != 0, 0);
        sums[paper.lotId].attestedG -= paper.grams;
        _bury(id, STATUS_DELIVERED);
    }

    /// @notice After the due date the bond's holder has the goods out alone, at what they are worth.
    function deliverBonded(uint256 seed) external timely {
        uint256 id = _dueForSale(seed, true);
        Paper storage paper = papers[id];
        ForeclosureOrder memory parts = _parts(id, paper, _worth(id, paper, seed), seed);
        BondDeliveryOrder memory order = _delivery(parts, paper.grams);
        bytes32 orderHash = keccak256(abi.encode(Typed.BOND_DELIVERY, order));
        bytes memory consent = _consent(pledge, order.pledgee, orderHash);
        Proof memory proof =
            _prove(pledge, orderHash, paper.operator, [paper.holder, order.pledgee, 0], seed);
        bytes memory data = abi.encodeCall(
            IPledgeBond.deliverBonded, (order, consent, proof.attestation, proof.committee, proof.signatures)
        );
        bool settles = _settles(id, paper);
        _sendMove(id, pledge, data, consent.length != 0, settles ? THOUGH_LIEN : 0);
        if (clock <= debts[order.pledgeId].maturity) _breach(8, "goods gone before the due date");
        _requireDivided(parts);
        debts[order.pledgeId].amountMinor -= order.paidMinor;
        sums[paper.lotId].attestedG -= order.quantityG;
        ++paper.seq; // two orders: the lien is settled, the goods go
        _bury(id, STATUS_DELIVERED);
    }

    // --- inner steps ---

    function _bondOrder(uint256 id, Paper storage paper, uint256 seed)
        private
        returns (PledgeBondOrder memory order)
    {
        PledgeOrder memory like = _pledgeOrder(id, paper, seed);
        order = PledgeBondOrder(
            id,
            like.holder,
            like.pledgee,
            like.seq,
            like.amountMinor,
            like.currency,
            like.maturity,
            like.lienCapMinor,
            like.filingDigest,
            like.deadline
        );
        if (spoilAt % 3 == 0 && _spoils(Spoil.UNFAIR)) order.amountMinor = 0;
        if (spoilAt % 3 == 1 && _spoils(Spoil.UNFAIR)) order.maturity = uint40(clock);
    }

    /// @dev What the goods go out for: no less than the chain's own value, where their lot has a price.
    function _worth(uint256 id, Paper storage paper, uint256 seed) private returns (uint64) {
        bytes3 currency = debts[paper.pledges[0]].currency;
        if (lotCurrency[paper.lotId] == 0 && _roll(seed, 102, 2) == 0) return uint64(_roll(seed, 92, 4e9));
        uint256 priceMinor = 1 + _roll(seed, 103, 1e9);
        uint256 valueMinor = _priced(id, currency, uint64(priceMinor));
        if (valueMinor > 1e18) _skip();
        if (valueMinor != 0 && spoilAt % 4 == 2 && _spoils(Spoil.UNFAIR)) return uint64(valueMinor - 1);
        return uint64(valueMinor + _roll(seed, 104, 1e6));
    }

    function _delivery(ForeclosureOrder memory parts, uint64 grams)
        private
        view
        returns (BondDeliveryOrder memory order)
    {
        order.receiptId = parts.receiptId;
        order.pledgeId = parts.shares[0].pledgeId;
        order.pledgee = parts.pledgee;
        order.pledgor = parts.pledgor;
        order.quantityG = grams;
        order.seq = parts.seq;
        order.saleDigest = parts.saleDigest;
        order.soldAt = parts.soldAt;
        order.proceedsMinor = parts.proceedsMinor;
        order.costsMinor = parts.costsMinor;
        order.lienMinor = parts.lienMinor;
        order.claimMinor = parts.shares[0].claimMinor;
        order.paidMinor = parts.shares[0].paidMinor;
        order.surplusMinor = parts.surplusMinor;
        order.deadline = parts.deadline;
        // Nobody buys: instead of a sale to the pledgee, a part of the goods.
        if (spoil == Spoil.UNFAIR && parts.buyer == parts.pledgee) order.quantityG = grams - 1;
    }
}
