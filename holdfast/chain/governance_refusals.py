"""Sentences for what the Consortium, the AccessManager and OpenZeppelin's own code refuse."""

from __future__ import annotations

from typing import Final

GOVERNANCE_SENTENCES: Final[dict[str, str]] = {
    "MemberIdZero": "a member's number is 1 or more; 0 means nobody",
    "MemberExists": "there is a member {member} already",
    "UnknownMember": "there is no member {member}",
    "InactiveMember": "member {member} may not act now",
    "AccountZero": "member {member} needs an account; the zero address can sign nothing",
    "AccountTaken": "{account} acts for member {member} already",
    "RolesUnknown": "{roles} is no set of roles: one at least, and none but the known ones",
    "MemberHasSeat": "member {member} attests in epoch {epoch}: set a committee without it first",
    "OnlyWarehouseReceipt": "{caller} is not the receipt contract, which alone counts receipts",
    "CommitteeSize": "a committee has 2 to 32 attesters, not {attesters}",
    "ThresholdOutOfRange": "{threshold} of {members} members is no majority; more than half are needed, at "
    "least 2 and at most all",
    "MaxAgeZero": "a committee must allow evidence some age",
    "PolicyZero": "a committee decides by a policy; none was given",
    "MalformedAttester": "{attester} is no attester: account, member and roles, then six zero bytes",
    "AttestersNotAscending": "attester {account} comes after {previous}: attesters ascend, each once",
    "AttesterBoundToOther": "{account} is bound to member {bound}; it cannot stand for member {stated}",
    "AttesterRolesDiffer": "attester {account} is listed as {stated:roles}; its member is {roles}",
    "NoIndependentAttester": "without an inspector or a bank no quorum could ever be reached",
    "NotAMember": "{caller} acts for no member that may act now",
    "AttesterNotNamed": "member {member} has not named {account} as its attester",
    "WrongModuleNumber": "the module order carries number {given}, expected is {expected}: a committee or a "
    "module was set since it was signed",
    "ModuleCodeDiffers": "the code at {module} ({codeHash}) is not the code that was approved ({given})",
    "ModuleWithoutCode": "there is no contract at {module}; a bare key gets no rights",
    "WrongCouncilNumber": "the Council's order carries number {given}, expected is {expected}: it was used, "
    "or another act came first",
    "CallDiffers": "the attesters signed a call with digest {given}, not {callDigest}",
    "ConsortiumExpectsOther": "the consortium expects the receipt contract at {expected}, not at {actual}",
    "MalformedSignatures": "attesters' signatures are 64 bytes each; {length} bytes were given",
    "AccessManagedUnauthorized": "{caller} does not govern this",
    "AccessManagedRequiredDelay": "{caller} must announce this {delay:span} before",
    "AccessManagedInvalidAuthority": "{authority} is no contract and cannot say who governs",
    "AccessManagerAlreadyScheduled": "this was announced already (operation {operationId})",
    "AccessManagerNotScheduled": "this was not announced, or was cancelled or done (operation {operationId})",
    "AccessManagerNotReady": "this was announced, but its delay still runs (operation {operationId})",
    "AccessManagerExpired": "this was announced and not done within a week: announce it again (operation "
    "{operationId})",
    "AccessManagerLockedRole": "the power {roleId} cannot be given, guarded or labelled like this",
    "AccessManagerBadConfirmation": "an account can give up its own power only",
    "AccessManagerInvalidInitialAdmin": "{initialAdmin} cannot be the first admin",
    "AccessManagerUnauthorizedAccount": "{msgsender} does not have the power {roleId}",
    "AccessManagerUnauthorizedCall": "{caller} may neither announce nor do {selector} on {target}, or not so "
    "soon",
    "AccessManagerUnauthorizedCancel": "{msgsender} may not cancel {selector} on {target}, which {caller} "
    "announced: {caller}, the admin and the guardians may",
    "AccessManagerUnauthorizedConsume": "{target} is no governed contract that carries out an announced act",
    "AddressEmptyCode": "there is no contract at {target}",
    "FailedCall": "a call that was to be carried out failed without a reason",
    "InsufficientBalance": "{needed} wei are needed, {balance} are there",
    "SafeCastOverflowedUintDowncast": "{value} does not fit into {bits} bits",
    "InvalidShortString": "a name in the signing domain is too long to be kept in one word",
    "StringTooLong": "the name {str} in the signing domain is too long",
    "StringsInsufficientHexLength": "{value} does not fit into {length} hexadecimal digits",
    "ERC721NonexistentToken": "receipt {tokenId} is not there: never issued, delivered or replaced",
    "ERC721InvalidOwner": "{owner} can hold no receipts",
    "ERC721IncorrectOwner": "receipt {tokenId} is {owner}'s, not {sender}'s",
    "ERC721InvalidSender": "{sender} has no receipt to give",
    "ERC721InvalidReceiver": "{receiver} cannot take a receipt",
    "ERC721InsufficientApproval": "{operator} has no say over receipt {tokenId}: it moves by signed orders",
    "ERC721InvalidApprover": "{approver} has no say over the receipt: receipts move by signed orders",
    "ERC721InvalidOperator": "{operator} can be given no say over receipts: they move by signed orders",
}
"""Typed error -> sentence."""
