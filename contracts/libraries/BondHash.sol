// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title EIP-712 types of the orders about pledge bonds; all without dynamic fields (ActHash.ofWords).
library BondHash {
    bytes32 internal constant PLEDGE_BOND_ORDER = keccak256(
        "PledgeBondOrder(uint256 receiptId,uint32 holder,uint32 pledgee,uint32 seq,uint64 amountMinor,"
        "bytes3 currency,uint40 maturity,uint64 lienCapMinor,bytes32 filingDigest,uint64 deadline)"
    );
    bytes32 internal constant BOND_REDEEM_ORDER = keccak256(
        "BondRedeemOrder(uint256 receiptId,uint64 pledgeId,uint32 holder,uint32 seq,uint64 paidMinor,"
        "bytes32 paymentDigest,uint64 deadline)"
    );
    bytes32 internal constant BOND_JOINT_DELIVERY_ORDER = keccak256(
        "BondJointDeliveryOrder(uint256 receiptId,uint64 pledgeId,uint32 holder,uint32 pledgee,uint64 quantityG,"
        "uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant BOND_DELIVERY_ORDER = keccak256(
        "BondDeliveryOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 pledgor,uint64 quantityG,"
        "uint32 seq,bytes32 saleDigest,uint40 soldAt,uint64 proceedsMinor,uint64 costsMinor,uint64 lienMinor,"
        "uint64 claimMinor,uint64 paidMinor,uint64 surplusMinor,uint64 deadline)"
    );
}
