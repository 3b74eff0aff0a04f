// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ModuleOrder} from "./GovernanceTypes.sol";
import {Committee, Member} from "./Types.sol";

/// @title The members of the consortium, what each may do, and who attests.
/// @notice Governance goes through an OpenZeppelin AccessManager with delays. A receipt names a member id;
/// which account acts for the member is kept here alone.
interface IConsortium {
    /// @notice A member joined.
    event MemberAdded(
        uint32 indexed member,
        address indexed account,
        uint16 roles,
        bytes32 identityDigest,
        bytes32 encryptionKeyDigest
    );

    /// @notice Another account acts for the member from now on. Its receipts stay its own.
    event MemberAccountChanged(uint32 indexed member, address indexed previous, address indexed account);

    /// @notice The member's roles changed.
    event MemberRolesChanged(uint32 indexed member, uint16 previous, uint16 roles);

    /// @notice The member may, or may no longer, act.
    event MemberActiveChanged(uint32 indexed member, bool active);

    /// @notice Evidence is sealed to another public key of the member from now on.
    event MemberEncryptionKeyChanged(uint32 indexed member, bytes32 previous, bytes32 encryptionKeyDigest);

    /// @notice A new committee attests. The whole preimage is here, so that old epochs can be replayed.
    event CommitteeChanged(uint64 indexed epoch, bytes32 indexed committeeDigest, Committee committee);

    /// @notice A module may do this from now on; zero ends it. Bit i of `signers` stands for attester i of the
    /// epoch's committee; there are none in epoch 0, when the consortium is founded.
    event ModuleSet(
        address indexed module,
        uint16 previous,
        uint16 rights,
        bytes32 codeHash,
        uint64 number,
        uint64 epoch,
        uint256 signers
    );

    /// @notice A member lets this account attest for it, or lets it no longer be seated.
    event AttesterNamed(uint32 indexed member, address indexed account, bool named);

    /// @notice A member id of zero means "nobody" everywhere.
    error MemberIdZero();
    /// @notice The id is taken.
    error MemberExists(uint32 member);
    /// @notice No such member.
    error UnknownMember(uint32 member);
    /// @notice The member exists and may not act.
    error InactiveMember(uint32 member);
    /// @notice The zero address can sign nothing.
    error AccountZero(uint32 member);
    /// @notice The account already acts for a member.
    error AccountTaken(address account, uint32 member);
    /// @notice The bits beyond the known roles must be zero, and one at least must be set.
    error RolesUnknown(uint16 roles);
    /// @notice The member attests in this epoch: set a committee without it first.
    error MemberHasSeat(uint32 member, uint64 epoch);
    /// @notice Only the receipt contract counts receipts.
    error OnlyWarehouseReceipt(address caller);

    /// @notice A committee has 2 to 32 attesters.
    error CommitteeSize(uint256 attesters);
    /// @notice The threshold must be a majority of the members that sit, at least 2 and at most all.
    error ThresholdOutOfRange(uint8 threshold, uint256 members);
    /// @notice Evidence must be allowed some age.
    error MaxAgeZero();
    /// @notice A committee decides by a policy.
    error PolicyZero();
    /// @notice The last six bytes of an attester must be zero and its account must not.
    error MalformedAttester(bytes32 attester);
    /// @notice Attesters come in ascending order of account, each once.
    error AttestersNotAscending(address previous, address account);
    /// @notice The account is bound to another member, as its attester or as its own account.
    error AttesterBoundToOther(address account, uint32 bound, uint32 stated);
    /// @notice The member has not named this account: nobody else picks a member's attester, once founded.
    error AttesterNotNamed(address account, uint32 member);
    /// @notice The roles stated for an attester are not its member's roles.
    error AttesterRolesDiffer(address account, uint16 stated, uint16 roles);
    /// @notice Without an inspector or a bank no quorum could ever be reached.
    error NoIndependentAttester();

    /// @notice The caller acts for no member, or for one that may not act.
    error NotAMember(address caller);
    /// @notice The order was used already, or a committee or module was set since it was signed.
    error WrongModuleNumber(uint64 given, uint64 expected);
    /// @notice The code at the module's address is not the code that was approved.
    error ModuleCodeDiffers(address module, bytes32 given, bytes32 codeHash);
    /// @notice A module is a contract: a bare key gets no rights.
    error ModuleWithoutCode(address module);

    /// @notice Add a member.
    /// @param member A new id, not zero.
    /// @param account Key or contract wallet that acts for it.
    /// @param roles Bitmask of ROLE_ constants.
    /// @param identityDigest Salted digest of its legal identity.
    /// @param encryptionKeyDigest SHA-256 of the public key evidence is sealed to.
    function addMember(
        uint32 member,
        address account,
        uint16 roles,
        bytes32 identityDigest,
        bytes32 encryptionKeyDigest
    ) external;

    /// @notice Let another account act for a member, for example after a lost key.
    function setMemberAccount(uint32 member, address account) external;

    /// @notice Change what a member may do. Refused while the member has a seat in the committee.
    function setMemberRoles(uint32 member, uint16 roles) external;

    /// @notice Stop a member, or let it act again. Refused while the member has a seat in the committee.
    function setMemberActive(uint32 member, bool active) external;

    /// @notice Seal evidence to another public key of the member from now on.
    function setMemberEncryptionKey(uint32 member, bytes32 encryptionKeyDigest) external;

    /// @notice Begin a new epoch: other attesters, another threshold or another policy.
    /// @param threshold Signatures of different members that make a quorum.
    /// @param maxAgeS Longest validUntil - observedAt of an attestation, seconds.
    /// @param policyDigest SHA-256 of the canonical policy.
    /// @param attesters Packed words (see Committee), ascending by account.
    function setCommittee(
        uint8 threshold,
        uint64 maxAgeS,
        bytes32 policyDigest,
        bytes32[] calldata attesters
    ) external;

    /// @notice Let an account attest for the caller's member when a committee next seats it, or no longer.
    /// @dev So neither the committee's key nor the registrar's alone can make a quorum of its own.
    function nameAttester(address account, bool named) external;

    /// @notice Say what a contract may do with receipts beyond their holders' own orders (RIGHT_ constants).
    /// @dev Governance proposes and waits out its delay; from the first committee on a full quorum of it must
    /// have attested the order as well: this code, these rights. While founding there is no quorum to ask.
    /// @param order What the attesters signed, in this contract's EIP-712 domain.
    /// @param committee The present committee; ignored while there is none.
    /// @param signatures ERC-2098 signatures one after the other, ascending by account.
    function setModule(ModuleOrder calldata order, Committee calldata committee, bytes calldata signatures)
        external;

    /// @notice Number that the next module order must carry.
    function moduleNumber() external view returns (uint64);

    /// @notice EIP-712 domain separator under which module orders are signed.
    function domainSeparator() external view returns (bytes32);

    /// @notice Whether a member lets this account be seated as its attester.
    function isNamed(uint32 member, address account) external view returns (bool);

    /// @notice What a contract may do with receipts.
    function permissions(address module) external view returns (uint16);

    /// @notice Account and roles of a member that may act now; refused if it is unknown or inactive.
    function actingFor(uint32 id) external view returns (address account, uint16 roles);

    /// @notice Accounts of two members that may both act now.
    function activePair(uint32 one, uint32 other) external view returns (address, address);

    /// @notice Count receipts that a member has been given at issue.
    /// @return account The account that acts for the member.
    /// @return committeeDigest Digest of the present committee, to spare the caller another call.
    function countIssuedFor(uint32 holder, uint32 count)
        external
        returns (address account, bytes32 committeeDigest);

    /// @notice Count a receipt that went from one member to another.
    /// @return fromAccount The account that acts for the giving member.
    /// @return toAccount The account that acts for the taking member.
    /// @return committeeDigest Digest of the present committee, to spare the caller another call.
    function movedFromTo(uint32 from, uint32 to)
        external
        returns (address fromAccount, address toAccount, bytes32 committeeDigest);

    /// @notice Count a receipt that was burned.
    /// @return account The account that acts for the member.
    /// @return committeeDigest Digest of the present committee, to spare the caller another call.
    function countOffFor(uint32 holder) external returns (address account, bytes32 committeeDigest);

    /// @notice The member with this id; refused if there is none.
    function member(uint32 id) external view returns (Member memory);

    /// @notice The account that acts for a member now; refused if there is no such member.
    function accountOf(uint32 id) external view returns (address);

    /// @notice The member an account acts for, or zero.
    function memberOf(address account) external view returns (uint32);

    /// @notice The member an attester's account has been bound to, in this epoch or an older one, or zero.
    function attesterMember(address account) external view returns (uint32);

    /// @notice Receipts held by the member an account acts for.
    function receiptsOf(address account) external view returns (uint256);

    /// @notice The present epoch; zero before the first committee.
    function epoch() external view returns (uint64);

    /// @notice keccak256(abi.encode(committee)) of the present committee.
    function committeeDigest() external view returns (bytes32);

    /// @notice The one contract that counts receipts here.
    function warehouseReceipt() external view returns (address);
}
