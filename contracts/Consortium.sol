// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ModuleOrder} from "./interfaces/GovernanceTypes.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {IReceiptErrors} from "./interfaces/IReceiptErrors.sol";
import {
    Committee,
    Member,
    ROLE_BANK,
    ROLE_INSPECTOR,
    ROLE_IOT_PROVIDER
} from "./interfaces/Types.sol";
import {Quorum} from "./libraries/Quorum.sol";

/// @title The consortium: members, roles, accounts, attesters, epochs.
contract Consortium is IConsortium, AccessManaged {
    uint16 private constant ALL_ROLES = (ROLE_IOT_PROVIDER << 1) - 1;
    uint256 private constant MAX_ATTESTERS = 32;
    bytes32 private constant MODULE_ORDER = keccak256(
        "ModuleOrder(address module,uint16 rights,bytes32 codeHash,uint64 number,uint64 deadline)"
    );
    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    uint256 private constant ROLES = 160;
    uint256 private constant ACTIVE = 176;
    uint256 private constant RECEIPTS = 184;

    /// @dev Fixed at deployment, where its address is known in advance (CREATE).
    address private immutable WAREHOUSE_RECEIPT;

    mapping(uint32 id => Member) private _members;
    mapping(address account => uint32 id) private _memberOf;
    mapping(address account => uint32 id) private _attesterMember;
    bytes32 private _committeeDigest;
    uint64 private _epoch;
    /// @dev Committees and modules set so far: an order signed before the last of them is dead.
    uint64 private _moduleNumber;
    mapping(address module => uint16 rights) private _rights;
    mapping(uint32 id => mapping(address account => bool)) private _named;

    modifier onlyWarehouseReceipt() {
        if (msg.sender != WAREHOUSE_RECEIPT) revert OnlyWarehouseReceipt(msg.sender);
        _;
    }

    /// @param authority AccessManager that says who may govern, and after which delay.
    /// @param receipts Address at which WarehouseReceipt will be deployed.
    constructor(address authority, address receipts) AccessManaged(authority) {
        WAREHOUSE_RECEIPT = receipts;
    }

    /// @inheritdoc IConsortium
    function addMember(
        uint32 id,
        address account,
        uint16 roles,
        bytes32 identityDigest,
        bytes32 encryptionKeyDigest
    ) external restricted {
        if (id == 0) revert MemberIdZero();
        if (_members[id].account != address(0)) revert MemberExists(id);
        _requireRoles(roles);
        _bindAccount(id, account);
        _members[id] = Member(account, roles, true, 0, 0, identityDigest, encryptionKeyDigest);
        emit MemberAdded(id, account, roles, identityDigest, encryptionKeyDigest);
    }

    /// @inheritdoc IConsortium
    function setMemberAccount(uint32 id, address account) external restricted {
        Member storage stored = _known(id);
        address previous = stored.account;
        _bindAccount(id, account);
        delete _memberOf[previous];
        stored.account = account;
        emit MemberAccountChanged(id, previous, account);
    }

    /// @inheritdoc IConsortium
    function setMemberRoles(uint32 id, uint16 roles) external restricted {
        Member storage stored = _withoutSeat(id);
        _requireRoles(roles);
        uint16 previous = stored.roles;
        stored.roles = roles;
        emit MemberRolesChanged(id, previous, roles);
    }

    /// @inheritdoc IConsortium
    function setMemberActive(uint32 id, bool active) external restricted {
        _withoutSeat(id).active = active;
        emit MemberActiveChanged(id, active);
    }

    /// @inheritdoc IConsortium
    function setMemberEncryptionKey(uint32 id, bytes32 encryptionKeyDigest) external restricted {
        Member storage stored = _known(id);
        bytes32 previous = stored.encryptionKeyDigest;
        stored.encryptionKeyDigest = encryptionKeyDigest;
        emit MemberEncryptionKeyChanged(id, previous, encryptionKeyDigest);
    }

    /// @inheritdoc IConsortium
    function setCommittee(
        uint8 threshold,
        uint64 maxAgeS,
        bytes32 policyDigest,
        bytes32[] calldata attesters
    ) external restricted {
        if (attesters.length < 2 || attesters.length > MAX_ATTESTERS) revert CommitteeSize(attesters.length);
        if (maxAgeS == 0) revert MaxAgeZero();
        if (policyDigest == bytes32(0)) revert PolicyZero();
        uint64 newEpoch = _epoch + 1;
        uint256 seats = _seat(attesters, uint40(newEpoch));
        if (threshold < 2 || threshold > seats || uint256(threshold) * 2 <= seats) {
            revert ThresholdOutOfRange(threshold, seats);
        }
        Committee memory committee = Committee(newEpoch, maxAgeS, threshold, policyDigest, attesters);
        bytes32 digest = keccak256(abi.encode(committee));
        _epoch = newEpoch;
        ++_moduleNumber;
        _committeeDigest = digest;
        emit CommitteeChanged(newEpoch, digest, committee);
    }

    /// @inheritdoc IConsortium
    function nameAttester(address account, bool named) external {
        uint32 id = _memberOf[msg.sender];
        if (id == 0 || !_members[id].active) revert NotAMember(msg.sender);
        _named[id][account] = named;
        emit AttesterNamed(id, account, named);
    }

    /// @inheritdoc IConsortium
    function setModule(ModuleOrder calldata order, Committee calldata committee, bytes calldata signatures)
        external
        restricted
    {
        (address module, uint16 rights, uint64 number) = (order.module, order.rights, order.number);
        if (block.timestamp > order.deadline) revert IReceiptErrors.DeadlinePassed(order.deadline, block.timestamp);
        if (number != _moduleNumber) revert WrongModuleNumber(number, _moduleNumber);
        if (rights != 0 && module.code.length == 0) revert ModuleWithoutCode(module);
        if (order.codeHash != module.codehash) revert ModuleCodeDiffers(module, order.codeHash, module.codehash);
        uint256 signers = _epoch == 0 ? 0 : _attested(order, committee, signatures);
        _moduleNumber = number + 1;
        emit ModuleSet(module, _rights[module], rights, order.codeHash, number, _epoch, signers);
        _rights[module] = rights;
    }

    /// @inheritdoc IConsortium
    function countIssuedFor(uint32 holder, uint32 count)
        external
        onlyWarehouseReceipt
        returns (address account, bytes32 digest)
    {
        Member storage stored = _members[holder];
        uint256 word = _actingWord(stored, holder);
        _saveReceipts(stored, word, _receiptsIn(word) + count);
        return (address(uint160(word)), _committeeDigest);
    }

    /// @inheritdoc IConsortium
    function movedFromTo(uint32 from, uint32 to)
        external
        onlyWarehouseReceipt
        returns (address fromAccount, address toAccount, bytes32 digest)
    {
        Member storage giver = _members[from];
        uint256 giving = _actingWord(giver, from);
        _saveReceipts(giver, giving, _receiptsIn(giving) - 1);
        Member storage taker = _members[to];
        uint256 taking = _actingWord(taker, to);
        _saveReceipts(taker, taking, _receiptsIn(taking) + 1);
        return (address(uint160(giving)), address(uint160(taking)), _committeeDigest);
    }

    /// @inheritdoc IConsortium
    function countOffFor(uint32 holder)
        external
        onlyWarehouseReceipt
        returns (address account, bytes32 digest)
    {
        Member storage stored = _members[holder];
        uint256 word = _actingWord(stored, holder);
        _saveReceipts(stored, word, _receiptsIn(word) - 1);
        return (address(uint160(word)), _committeeDigest);
    }

    /// @inheritdoc IConsortium
    function permissions(address module) external view returns (uint16) {
        return _rights[module];
    }

    /// @inheritdoc IConsortium
    function moduleNumber() external view returns (uint64) {
        return _moduleNumber;
    }

    /// @inheritdoc IConsortium
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /// @inheritdoc IConsortium
    function isNamed(uint32 id, address account) external view returns (bool) {
        return _named[id][account];
    }

    /// @inheritdoc IConsortium
    function actingFor(uint32 id) external view returns (address account, uint16 roles) {
        uint256 word = _actingWord(_members[id], id);
        return (address(uint160(word)), uint16(word >> ROLES));
    }

    /// @inheritdoc IConsortium
    function activePair(uint32 one, uint32 other) external view returns (address, address) {
        uint256 first = _actingWord(_members[one], one);
        uint256 second = _actingWord(_members[other], other);
        return (address(uint160(first)), address(uint160(second)));
    }

    /// @inheritdoc IConsortium
    function member(uint32 id) external view returns (Member memory) {
        return _known(id);
    }

    /// @inheritdoc IConsortium
    function accountOf(uint32 id) external view returns (address) {
        return _known(id).account;
    }

    /// @inheritdoc IConsortium
    function memberOf(address account) external view returns (uint32) {
        return _memberOf[account];
    }

    /// @inheritdoc IConsortium
    function attesterMember(address account) external view returns (uint32) {
        return _attesterMember[account];
    }

    /// @inheritdoc IConsortium
    function receiptsOf(address account) external view returns (uint256) {
        return _members[_memberOf[account]].receipts;
    }

    /// @inheritdoc IConsortium
    function epoch() external view returns (uint64) {
        return _epoch;
    }

    /// @inheritdoc IConsortium
    function committeeDigest() external view returns (bytes32) {
        return _committeeDigest;
    }

    /// @inheritdoc IConsortium
    function warehouseReceipt() external view returns (address) {
        return WAREHOUSE_RECEIPT;
    }

    /// @dev Give each attester's member a seat in the new epoch; answers how many members sit.
    function _seat(bytes32[] calldata attesters, uint40 newEpoch) private returns (uint256 seats) {
        address previous = address(0);
        uint16 seated = 0;
        for (uint256 i = 0; i < attesters.length; ++i) {
            bytes32 word = attesters[i];
            address account = Quorum.accountOf(word);
            if (uint48(uint256(word)) != 0 || account == address(0)) revert MalformedAttester(word);
            if (account <= previous) revert AttestersNotAscending(previous, account);
            previous = account;
            uint32 id = Quorum.memberOf(word);
            Member storage stored = _acting(id);
            uint16 roles = stored.roles;
            if (Quorum.rolesOf(word) != roles) revert AttesterRolesDiffer(account, Quorum.rolesOf(word), roles);
            seated |= roles;
            _bindAttester(id, account);
            if (stored.seatEpoch != newEpoch) {
                stored.seatEpoch = newEpoch;
                ++seats;
            }
        }
        if (seated & (ROLE_INSPECTOR | ROLE_BANK) == 0) revert NoIndependentAttester();
    }

    /// @dev An account that has attested for one member never acts for another. Founders name the first ones.
    function _bindAttester(uint32 id, address account) private {
        uint32 bound = _attesterMember[account];
        if (bound == 0) bound = _memberOf[account];
        if (bound != 0 && bound != id) revert AttesterBoundToOther(account, bound, id);
        if (_epoch == 0) _named[id][account] = true;
        else if (!_named[id][account]) revert AttesterNotNamed(account, id);
        _attesterMember[account] = id;
    }

    /// @dev A quorum of the present committee has signed this very order; answers which attesters.
    function _attested(ModuleOrder calldata order, Committee calldata committee, bytes calldata signatures)
        private
        view
        returns (uint256 signers)
    {
        bytes32 given = keccak256(abi.encode(committee));
        if (given != _committeeDigest) {
            revert IReceiptErrors.CommitteeNotCurrent(committee.epoch, given, _committeeDigest);
        }
        bytes32 orderHash = keccak256(abi.encode(MODULE_ORDER, order));
        (signers,) = Quorum.verify(
            keccak256(abi.encodePacked(hex"1901", _domainSeparator(), orderHash)),
            committee.attesters,
            signatures,
            committee.threshold,
            Quorum.ANY_OPERATOR
        );
    }

    function _domainSeparator() private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256("Holdfast"), keccak256("1"), block.chainid, address(this)));
    }

    function _bindAccount(uint32 id, address account) private {
        if (account == address(0)) revert AccountZero(id);
        if (_memberOf[account] != 0) revert AccountTaken(account, _memberOf[account]);
        uint32 bound = _attesterMember[account];
        if (bound != 0 && bound != id) revert AttesterBoundToOther(account, bound, id);
        _memberOf[account] = id;
    }

    /// @dev First slot of a member that may act, read once; positions are those of Member in Types.sol.
    function _actingWord(Member storage stored, uint32 id) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(stored.slot)
        }
        if (uint160(word) == 0) revert UnknownMember(id);
        if (uint8(word >> ACTIVE) == 0) revert InactiveMember(id);
    }

    function _receiptsIn(uint256 word) private pure returns (uint32) {
        return uint32(word >> RECEIPTS);
    }

    function _saveReceipts(Member storage stored, uint256 word, uint32 receipts) private {
        word = word & ~(uint256(type(uint32).max) << RECEIPTS) | uint256(receipts) << RECEIPTS;
        assembly ("memory-safe") {
            sstore(stored.slot, word)
        }
    }

    function _known(uint32 id) private view returns (Member storage stored) {
        stored = _members[id];
        if (stored.account == address(0)) revert UnknownMember(id);
    }

    function _acting(uint32 id) private view returns (Member storage stored) {
        stored = _known(id);
        if (!stored.active) revert InactiveMember(id);
    }

    function _withoutSeat(uint32 id) private view returns (Member storage stored) {
        stored = _known(id);
        if (_epoch != 0 && stored.seatEpoch == _epoch) revert MemberHasSeat(id, _epoch);
    }

    function _requireRoles(uint16 roles) private pure {
        if (roles == 0 || roles & ~ALL_ROLES != 0) revert RolesUnknown(roles);
    }
}
