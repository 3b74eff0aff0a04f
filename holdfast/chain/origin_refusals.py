"""Sentences for refusals of Origins, ReceiptMedium, Replacement and Shortage. Part of those in `refusals`."""

from __future__ import annotations

from typing import Final

ORIGIN_SENTENCES: Final[dict[str, str]] = {
    "UnknownOriginKind": "the kind {kind} is neither a bill of lading (1) nor a fingerprint of goods (3)",
    "PaperIsSurrendered": "the paper receipt {originDigest} is surrendered by an ElectronicOrder, which says "
    "its grams",
    "OriginIncomplete": "neither the digest ({originDigest}, kind {kind}) nor the lot ({lotId}) may be zero",
    "OriginTaken": "the digest {originDigest} (kind {kind}) was used before, for lot {lotId}; it counts once",
    "LotIssuedBefore": "receipts were issued on lot {lotId} already; the other title must die first",
    "PaperDigestZero": "a paper receipt needs a digest",
    "PaperKnown": "the paper {paperDigest} is known already (state {state}: 1 operative, 2 converted)",
    "PaperExceeded": "the paper {paperDigest} stands for {quantityG} g, the order says {given} g",
}
LOSS_SENTENCES: Final[dict[str, str]] = {
    "UnknownLoss": "the reason {reason} is neither lost (1) nor compromised (2)",
    "NoticeOutOfRange": "a notice runs for {leastS} s to {mostS} s, not for {noticeS} s",
    "NoNotice": "no notice of loss stands for the receipt",
    "NoticeRuns": "others may object until {until:time}; it is {nowS}",
    "NoticeNotLapsed": "the notice can be used until {lapsesAt}; it is {nowS}",
    "ExpiryShortened": "the replacement may not expire at {given:time}, before the old receipt ({expiresAt})",
    "ReceiptUnderNotice": "a notice of loss stops the receipt; it ends by replacement, withdrawal or lapse",
    "ReceiptNotUnderNotice": "no notice stops the receipt, which is {status} (reason {suspendReason})",
    "SuspendReasonReserved": "attesters do not suspend for reason {reason}: it is the holder's notice",
}
