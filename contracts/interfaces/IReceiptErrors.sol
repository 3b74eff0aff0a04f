// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Every reason for which a receipt contract refuses, with the values that were wrong.
interface IReceiptErrors {
    /// @notice The receipt contract was not deployed where its consortium expects it.
    error ConsortiumExpectsOther(address expected, address actual);

    // --- the order ---

    /// @notice The order came too late.
    error DeadlinePassed(uint64 deadline, uint256 nowS);
    /// @notice The order was used already, or is not next.
    error WrongSeq(uint256 receiptId, uint32 given, uint32 expected);
    /// @notice The order names a holder that does not hold the receipt.
    error WrongHolder(uint256 receiptId, uint32 given, uint32 holder);
    /// @notice A transfer to oneself is none.
    error TransfereeIsHolder(uint32 holder);
    /// @notice Nothing to issue.
    error NoReceipts();
    /// @notice A receipt stands for goods.
    error QuantityZero(uint256 receiptId);
    /// @notice Only the whole quantity can be delivered.
    error QuantityNotWhole(uint256 receiptId, uint64 given, uint64 quantityG);
    /// @notice The kind is neither negotiable nor non-negotiable.
    error UnknownKind(uint256 receiptId, uint8 kind);
    /// @notice An operator does not issue receipts to itself.
    error OperatorIsHolder(uint256 receiptId, uint32 operator);

    // --- the receipt and its lot ---

    /// @notice No such receipt was ever issued.
    error UnknownReceipt(uint256 receiptId);
    /// @notice The id was issued before; it names one document for ever.
    error ReceiptExists(uint256 receiptId);
    /// @notice The receipt is suspended or delivered.
    error ReceiptNotLive(uint256 receiptId, uint8 status);
    /// @notice Only a suspended receipt can be reinstated.
    error ReceiptNotSuspended(uint256 receiptId, uint8 status);
    /// @notice The receipt has expired, or would be expired at issue.
    error ReceiptExpired(uint256 receiptId, uint40 expiresAt, uint256 nowS);
    /// @notice The receipt carries a pledge, a lien or a freeze.
    error ReceiptEncumbered(uint256 receiptId, uint8 pledges, uint8 liens, uint8 freezes);
    /// @notice The lot is kept by another operator.
    error LotOfOtherOperator(bytes24 lotId, uint32 given, uint32 operator);
    /// @notice The order states another quantity for the lot than was attested.
    error LotQuantityDiffers(bytes24 lotId, uint64 given, uint64 attestedG);
    /// @notice The receipts would stand for more than is there.
    error LotExceeded(bytes24 lotId, uint256 liveG, uint64 attestedG);
    /// @notice Receipts move by signed orders, not by ERC-721 transfers and approvals.
    error MovesOnlyByOrder();

    // --- signatures of the parties ---

    /// @notice Neither 64 nor 65 bytes (or a last byte that is neither 27 nor 28).
    error MalformedSignature(uint32 member, uint256 length);
    /// @notice The upper half of s is refused, so that each signature has one form.
    error SignatureHighS(bytes32 s);
    /// @notice Signed by somebody else, or over something else (other values, chain or contract).
    error ForeignSignature(uint32 member, address account, address recovered);
    /// @notice The member's contract wallet did not accept the signature (ERC-1271).
    error WalletRefused(uint32 member, address account);

    // --- the attestation ---

    /// @notice The attesters signed another order.
    error OrderHashDiffers(bytes32 given, bytes32 orderHash);
    /// @notice The committee is not the present one.
    error CommitteeNotCurrent(uint64 givenEpoch, bytes32 given, bytes32 committeeDigest);
    /// @notice The attestation was signed for another epoch.
    error WrongEpoch(uint64 given, uint64 epoch);
    /// @notice The attestation was made by another policy.
    error WrongPolicy(bytes32 given, bytes32 policyDigest);
    /// @notice The evidence lies in the future.
    error ObservedInFuture(uint64 observedAt, uint256 nowS);
    /// @notice The evidence is stale.
    error AttestationExpired(uint64 validUntil, uint256 nowS);
    /// @notice The attestation would hold for longer than the committee allows, or ends before it begins.
    error ValidityOutOfRange(uint64 observedAt, uint64 validUntil, uint64 maxAgeS);
    /// @notice Attesters' signatures are 64 bytes each (ERC-2098), one after the other.
    error MalformedSignatures(uint256 length);
    /// @notice Recovered account that is no attester of the committee.
    error NotAnAttester(uint256 index, address recovered);
    /// @notice Signatures come in ascending order of account, each attester once.
    error SignersNotAscending(address previous, address account);
    /// @notice Two attesters of one member count as one voice.
    error SignersOfOneMember(uint32 member);
    /// @notice Too few attesters signed.
    error QuorumTooSmall(uint256 signers, uint256 threshold);
    /// @notice The operator's own attester did not countersign.
    error OperatorNotAmongSigners(uint32 operator);
    /// @notice The member that issues is no warehouse operator.
    error NotWarehouseOperator(uint32 operator, uint16 roles);
    /// @notice No inspector and no bank among the signers.
    error NoIndependentSigner();
    /// @notice An attester of a party to the order signed.
    error SignerIsParty(uint32 member);

    // --- primitives for modules ---

    /// @notice The caller is no module, or one without this right.
    error ModuleLacksRight(address caller, uint16 right, uint16 rights);
    /// @notice Receipts become one only if holder, operator, kind, lot, pledges and liens are the same.
    error ReceiptsDiffer(uint256 receiptId, uint256 otherId);
    /// @notice Replacing receipts neither makes nor loses a gram.
    error QuantityNotConserved(uint256 beforeG, uint256 afterG);
    /// @notice What goes out is more than nothing and no more than the whole.
    error QuantityNotPart(uint256 receiptId, uint64 given, uint64 quantityG);
    /// @notice A court holds the receipt.
    error ReceiptFrozen(uint256 receiptId, uint24 freezeCase, uint8 freezes);
    /// @notice A storage lien must be paid or waived first.
    error ReceiptUnderLien(uint256 receiptId, uint8 liens);
    /// @notice A module moves pledged receipts only; free ones move by their holder's own order.
    error ReceiptNotPledged(uint256 receiptId);
    /// @notice Pledges come and go one by one at the end of the rank, or all at once, and never change the first.
    error PledgesOutOfStep(uint256 receiptId, uint8 pledges, uint8 given, uint32 firstPledgee);
    /// @notice Freezes come and go one by one.
    error FreezesOutOfStep(uint256 receiptId, uint8 freezes, uint8 given, uint24 freezeCase);
    /// @notice A shortage is more than nothing and less than all that the lot's receipts stand for.
    error ShortageOutOfRange(bytes24 lotId, uint64 shortG, uint64 liveG);
    /// @notice All receipts of the lot bear a shortage, so all are named.
    error LotIncomplete(bytes24 lotId, uint256 givenG, uint64 liveG);
    /// @notice The receipt is on another lot.
    error ReceiptOfOtherLot(uint256 receiptId, bytes24 given, bytes24 lotId);
    /// @notice A notice of loss stops the receipt; it ends by replacement, withdrawal or lapse.
    error ReceiptUnderNotice(uint256 receiptId);
    /// @notice No notice of loss stops the receipt.
    error ReceiptNotUnderNotice(uint256 receiptId, uint8 status, uint8 suspendReason);
    /// @notice Attesters do not suspend for this reason.
    error SuspendReasonReserved(uint8 reason);
    /// @notice Receipts of a lot are named in ascending order, each once.
    error ReceiptsNotAscending(uint256 previous, uint256 receiptId);
}
