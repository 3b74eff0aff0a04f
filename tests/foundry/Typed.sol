// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ForeclosureOrder, MarginOrder, MergeOrder, ReceiptRef, SplitOrder} from "contracts/interfaces/ActTypes.sol";
import {ShortageOrder} from "contracts/interfaces/LossTypes.sol";
import {IssueOrder} from "contracts/interfaces/Types.sol";

/// @title EIP-712 as its text says it, written without the contracts' own code: what a member's wallet does.
/// @dev An order without lists is hashed by `keccak256(abi.encode(TYPE, order))`.
library Typed {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes private constant TERMS =
        "ReceiptTerms(uint256 receiptId,uint32 holder,uint64 quantityG,uint8 kind,uint40 expiresAt)";
    bytes private constant SUCCESSOR = "Successor(uint256 receiptId,uint64 quantityG,uint40 expiresAt)";
    bytes private constant REF = "ReceiptRef(uint256 receiptId,uint32 seq)";
    bytes private constant SHARE = "Share(uint64 pledgeId,uint64 claimMinor,uint64 paidMinor)";

    bytes32 internal constant ATTESTATION = keccak256(
        "Attestation(bytes32 orderHash,bytes32 evidenceDigest,bytes32 evidenceLocation,bytes32 policyDigest,"
        "uint64 observedAt,uint64 validUntil,uint64 epoch)"
    );
    bytes32 internal constant TRANSFER =
        keccak256("TransferOrder(uint256 receiptId,uint32 holder,uint32 transferee,uint32 seq,uint64 deadline)");
    bytes32 internal constant DELIVERY =
        keccak256("DeliveryOrder(uint256 receiptId,uint32 holder,uint64 quantityG,uint32 seq,uint64 deadline)");
    bytes32 internal constant SUSPEND =
        keccak256("SuspendOrder(uint256 receiptId,uint8 reason,uint32 seq,uint64 deadline)");
    bytes32 internal constant REINSTATE = keccak256("ReinstateOrder(uint256 receiptId,uint32 seq,uint64 deadline)");
    bytes32 internal constant SUPERSEDE = keccak256(
        "SupersedeOrder(uint256 receiptId,uint256 successorId,uint32 holder,uint32 seq,uint64 quantityG,"
        "uint40 expiresAt,uint8 reason,uint64 deadline)"
    );
    bytes32 internal constant PART = keccak256(
        "PartialDeliveryOrder(uint256 receiptId,uint32 holder,uint64 quantityG,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant CASE = keccak256(
        "CaseOrder(uint32 court,uint24 caseNo,uint8 reason,bytes32 documentDigest,uint40 expiresAt,uint64 deadline)"
    );
    bytes32 internal constant FREEZE =
        keccak256("FreezeOrder(uint256 receiptId,uint32 court,uint24 caseNo,uint32 number,uint64 deadline)");
    bytes32 internal constant UNFREEZE =
        keccak256("UnfreezeOrder(uint256 receiptId,uint32 court,uint24 caseNo,uint32 number,uint64 deadline)");
    bytes32 internal constant RENEW =
        keccak256("RenewOrder(uint32 court,uint24 caseNo,uint32 number,uint40 expiresAt,uint64 deadline)");
    bytes32 internal constant PLEDGE = keccak256(
        "PledgeOrder(uint256 receiptId,uint32 holder,uint32 pledgee,uint32 seq,uint8 rank,uint64 amountMinor,"
        "bytes3 currency,uint40 maturity,uint16 ltvBps,uint24 cureS,uint64 lienCapMinor,bytes32 filingDigest,"
        "uint64 deadline)"
    );
    bytes32 internal constant RELEASE = keccak256(
        "PledgeReleaseOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant ASSIGN = keccak256(
        "PledgeAssignOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 assignee,uint32 seq,"
        "uint64 deadline)"
    );
    bytes32 internal constant PLEDGED_TRANSFER = keccak256(
        "PledgedTransferOrder(uint256 receiptId,uint32 holder,uint32 transferee,uint32 pledgee,uint32 seq,"
        "uint64 deadline)"
    );
    bytes32 internal constant DEFAULT =
        keccak256("DefaultOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 seq,uint64 deadline)");
    bytes32 internal constant CURE =
        keccak256("CureOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 seq,uint64 deadline)");

    bytes32 internal constant NOTICE = keccak256(
        "LossNoticeOrder(uint256 receiptId,uint32 holder,uint8 reason,uint24 noticeS,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant WITHDRAWAL =
        keccak256("LossWithdrawalOrder(uint256 receiptId,uint32 holder,uint32 seq,uint64 deadline)");
    bytes32 internal constant REPLACEMENT = keccak256(
        "ReplacementOrder(uint256 receiptId,uint256 successorId,uint32 holder,uint32 seq,uint64 quantityG,"
        "uint40 expiresAt,uint64 deadline)"
    );
    bytes32 internal constant LIEN_TERMS = keccak256(
        "LienTermsOrder(uint256 receiptId,uint32 holder,uint32 operator,uint32 seq,uint48 feeMinor,bytes3 currency,"
        "uint40 fromS,uint64 capMinor,uint8 rank,bytes32 contractDigest,uint64 deadline)"
    );
    bytes32 internal constant LIEN_ASSERT = keccak256(
        "LienAssertOrder(uint256 receiptId,uint32 operator,uint64 amountMinor,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant LIEN_PAYMENT = keccak256(
        "LienPaymentOrder(uint256 receiptId,uint32 operator,uint64 amountMinor,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant LIEN_DISCHARGE = keccak256(
        "LienDischargeOrder(uint256 receiptId,uint32 operator,uint8 scope,uint32 number,uint64 deadline)"
    );
    bytes32 internal constant LIEN_TENDER = keccak256(
        "LienTenderOrder(uint256 receiptId,uint32 holder,uint64 paidMinor,bytes32 paymentDigest,uint64 deadline)"
    );
    bytes32 internal constant ORIGIN = keccak256(
        "OriginOrder(uint8 kind,bytes32 originDigest,bytes24 lotId,uint32 operator,uint32 holder,uint64 deadline)"
    );
    bytes32 internal constant PAPER = keccak256(
        "PaperOrder(uint256 receiptId,uint32 holder,uint32 operator,uint32 seq,bytes32 paperDigest,uint64 deadline)"
    );
    bytes32 internal constant ELECTRONIC = keccak256(
        "ElectronicOrder(bytes32 paperDigest,bytes24 lotId,uint32 holder,uint32 operator,uint64 quantityG,"
        "uint64 deadline)"
    );

    bytes32 internal constant BOND = keccak256(
        "PledgeBondOrder(uint256 receiptId,uint32 holder,uint32 pledgee,uint32 seq,uint64 amountMinor,"
        "bytes3 currency,uint40 maturity,uint64 lienCapMinor,bytes32 filingDigest,uint64 deadline)"
    );
    bytes32 internal constant BOND_REDEEM = keccak256(
        "BondRedeemOrder(uint256 receiptId,uint64 pledgeId,uint32 holder,uint32 seq,uint64 paidMinor,"
        "bytes32 paymentDigest,uint64 deadline)"
    );
    bytes32 internal constant BOND_JOINT_DELIVERY = keccak256(
        "BondJointDeliveryOrder(uint256 receiptId,uint64 pledgeId,uint32 holder,uint32 pledgee,uint64 quantityG,"
        "uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant BOND_DELIVERY = keccak256(
        "BondDeliveryOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint32 pledgor,uint64 quantityG,"
        "uint32 seq,bytes32 saleDigest,uint40 soldAt,uint64 proceedsMinor,uint64 costsMinor,uint64 lienMinor,"
        "uint64 claimMinor,uint64 paidMinor,uint64 surplusMinor,uint64 deadline)"
    );

    bytes32 internal constant PRICE = keccak256(
        "PriceOrder(bytes32 seriesDigest,uint32 feeder,uint64 priceMinor,uint40 observedAt,uint64 deadline)"
    );
    bytes32 internal constant LOT_SERIES =
        keccak256("LotSeriesOrder(uint256 receiptId,bytes32 seriesDigest,uint64 deadline)");
    bytes32 internal constant SUBSTITUTE = keccak256(
        "PledgeSubstituteOrder(uint256 receiptId,uint256 releasedId,uint32 holder,uint32 pledgee,uint32 second,"
        "uint32 third,uint32 fourth,uint32 seq,uint32 releasedSeq,bytes32 filingDigest,uint64 deadline)"
    );

    function domain(address target) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256("Holdfast"), keccak256("1"), block.chainid, target));
    }

    function digest(bytes32 domainHash, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domainHash, structHash));
    }

    function ofIssue(IssueOrder memory order) internal pure returns (bytes32) {
        bytes32 kind = keccak256(
            bytes.concat(
                "IssueOrder(bytes24 lotId,uint32 operator,uint64 lotQuantityG,ReceiptTerms[] receipts,uint64 deadline)",
                TERMS
            )
        );
        bytes memory list;
        for (uint256 i = 0; i < order.receipts.length; ++i) {
            list = bytes.concat(list, keccak256(abi.encode(keccak256(TERMS), order.receipts[i])));
        }
        return keccak256(
            abi.encode(kind, order.lotId, order.operator, order.lotQuantityG, keccak256(list), order.deadline)
        );
    }

    function ofSplit(SplitOrder memory order) internal pure returns (bytes32) {
        bytes32 kind = keccak256(
            bytes.concat(
                "SplitOrder(uint256 receiptId,uint32 holder,uint32 operator,uint32 seq,Successor[] parts,uint64 deadline)",
                SUCCESSOR
            )
        );
        bytes memory list;
        for (uint256 i = 0; i < order.parts.length; ++i) {
            list = bytes.concat(list, keccak256(abi.encode(keccak256(SUCCESSOR), order.parts[i])));
        }
        return keccak256(
            abi.encode(
                kind, order.receiptId, order.holder, order.operator, order.seq, keccak256(list), order.deadline
            )
        );
    }

    function ofMargin(MarginOrder memory order) internal pure returns (bytes32) {
        bytes32 kind = keccak256(
            bytes.concat(
                "MarginOrder(uint256 receiptId,uint64 pledgeId,uint32 pledgee,uint64 valueMinor,ReceiptRef[] others,"
                "uint32 seq,uint64 deadline)",
                REF
            )
        );
        bytes memory head = abi.encode(kind, order.receiptId, order.pledgeId, order.pledgee, order.valueMinor);
        return keccak256(bytes.concat(head, abi.encode(_ofRefs(order.others), order.seq, order.deadline)));
    }

    function ofShortage(ShortageOrder memory order) internal pure returns (bytes32) {
        bytes32 kind = keccak256(
            bytes.concat(
                "ShortageOrder(bytes24 lotId,uint32 operator,uint64 shortG,ReceiptRef[] receipts,uint64 deadline)",
                REF
            )
        );
        bytes32 list = _ofRefs(order.receipts);
        return keccak256(abi.encode(kind, order.lotId, order.operator, order.shortG, list, order.deadline));
    }

    function ofMerge(MergeOrder memory order) internal pure returns (bytes32) {
        bytes32 kind = keccak256(
            bytes.concat(
                "MergeOrder(ReceiptRef[] receipts,uint256 mergedId,uint32 holder,uint32 operator,uint64 quantityG,"
                "uint40 expiresAt,uint64 deadline)",
                REF
            )
        );
        return keccak256(
            abi.encode(
                kind,
                _ofRefs(order.receipts),
                order.mergedId,
                order.holder,
                order.operator,
                order.quantityG,
                order.expiresAt,
                order.deadline
            )
        );
    }

    function ofForeclosure(ForeclosureOrder memory order) internal pure returns (bytes32) {
        bytes32 kind = keccak256(
            bytes.concat(
                "ForeclosureOrder(uint256 receiptId,uint32 pledgee,uint32 pledgor,uint32 buyer,uint32 seq,"
                "bytes32 saleDigest,uint40 soldAt,uint64 proceedsMinor,uint64 costsMinor,uint64 lienMinor,"
                "Share[] shares,uint64 surplusMinor,uint64 deadline)",
                SHARE
            )
        );
        bytes memory list;
        for (uint256 i = 0; i < order.shares.length; ++i) {
            list = bytes.concat(list, keccak256(abi.encode(keccak256(SHARE), order.shares[i])));
        }
        bytes memory head = abi.encode(
            kind, order.receiptId, order.pledgee, order.pledgor, order.buyer, order.seq, order.saleDigest
        );
        bytes memory sums = abi.encode(
            order.soldAt, order.proceedsMinor, order.costsMinor, order.lienMinor, keccak256(list)
        );
        return keccak256(bytes.concat(head, sums, abi.encode(order.surplusMinor, order.deadline)));
    }

    function _ofRefs(ReceiptRef[] memory refs) private pure returns (bytes32) {
        bytes memory list;
        for (uint256 i = 0; i < refs.length; ++i) {
            list = bytes.concat(list, keccak256(abi.encode(keccak256(REF), refs[i])));
        }
        return keccak256(list);
    }
}
