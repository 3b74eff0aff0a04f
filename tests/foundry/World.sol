// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "contracts/interfaces/IConsortium.sol";
import {RIGHT_FREEZE, RIGHT_MOVE, RIGHT_PLEDGE, RIGHT_REDUCE, RIGHT_REPLACE} from "contracts/interfaces/ActTypes.sol";
import {IWarehouseReceipt} from "contracts/interfaces/IWarehouseReceipt.sol";
import {
    Committee,
    ROLE_BANK,
    ROLE_COURT,
    ROLE_INSPECTOR,
    ROLE_IOT_PROVIDER,
    ROLE_TRADER,
    ROLE_WAREHOUSE_OPERATOR
} from "contracts/interfaces/Types.sol";
import {Signer} from "./Signer.sol";
import {Typed} from "./Typed.sol";
import {vm} from "./Vm.sol";

interface IManager {
    function labelRole(uint64 role, string calldata label) external;
    function setTargetFunctionRole(address target, bytes4[] calldata selectors, uint64 role) external;
    function grantRole(uint64 role, address account, uint32 delayS) external;
    function renounceRole(uint64 role, address confirmation) external;
    function schedule(address target, bytes calldata data, uint48 when) external returns (bytes32, uint32);
    function execute(address target, bytes calldata data) external payable returns (uint32);
}

/// @title A member's contract wallet (ERC-1271) that accepts what its owner's key signed.
contract Wallet {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        bytes32 vs = bytes32(signature[32:64]);
        uint8 v = uint8(27 + (uint256(vs) >> 255));
        bytes32 s = vs & bytes32(type(uint256).max >> 1);
        return ecrecover(digest, v, bytes32(signature[0:32]), s) == OWNER ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @title A consortium of twelve members, put on the chain as holdfast/chain/deploy.py does it.
abstract contract World {
    uint32 internal constant OPERATOR = 1;
    uint32 internal constant IMPORTER = 2;
    uint32 internal constant TRADER = 3;
    uint32 internal constant BANK = 4;
    uint32 internal constant INSPECTOR = 5;
    uint32 internal constant IOT = 6;
    uint32 internal constant OPERATOR_2 = 7;
    uint32 internal constant TRADER_2 = 8;
    uint32 internal constant BANK_2 = 9;
    uint32 internal constant BANK_3 = 10;
    uint32 internal constant COURT = 11;
    uint32 internal constant COURT_2 = 12;
    uint32 internal constant MEMBERS = 12;

    uint64 internal constant MAX_AGE_S = 7 days;
    uint8 internal constant THRESHOLD = 3;
    uint32 internal constant DELAY_S = 1 hours;
    address internal constant REGISTRAR = address(0xA1);
    address internal constant COMMITTEE_CHAIR = address(0xA2);
    address internal constant ADMIN = address(0xA3);

    address internal manager;
    address internal consortium;
    address internal receipts;
    address internal pledge;
    address internal acts;
    address internal court;
    /// @dev The time now. Kept here, since the compiler may take two reads of the block's time for one.
    uint256 internal clock = 2_000_000_000;

    mapping(address target => bytes32) internal domainOf;
    mapping(uint32 member => uint256 key) internal keyOf;
    mapping(uint32 member => bool) internal hasWallet;
    mapping(uint32 member => bool) internal inactive;
    mapping(address attester => uint256 key) internal attesterKey;
    Committee internal committee;
    Committee internal formerCommittee;
    uint256 private _made;

    constructor() {
        vm.warp(clock);
        _deploy();
        for (uint32 member = 1; member <= MEMBERS; ++member) _join(member);
        _seatCommittee("", true);
        _deployModules();
        _handOver();
    }

    function operatorIs(uint32 member) internal pure returns (bool) {
        return member == OPERATOR || member == OPERATOR_2;
    }

    /// @dev Let time pass.
    function _pass(uint256 seconds_) internal {
        clock += seconds_;
        vm.warp(clock);
    }

    function _newKey() internal returns (uint256) {
        return uint256(keccak256(abi.encode("holdfast", ++_made))) % (Signer.ORDER - 1) + 1;
    }

    // --- governance, with its delays ---

    function _govern(address who, bytes memory data) internal {
        vm.prank(who);
        IManager(manager).schedule(consortium, data, 0);
        _pass(DELAY_S);
        vm.prank(who);
        IManager(manager).execute(consortium, data);
    }

    /// @dev A new account for a member, after its old key was lost.
    function _rotateAccount(uint32 member) internal {
        address account = _newAccount(member);
        _govern(REGISTRAR, abi.encodeCall(IConsortium.setMemberAccount, (member, account)));
    }

    function _setStanding(uint32 member, bool active) internal {
        _govern(REGISTRAR, abi.encodeCall(IConsortium.setMemberActive, (member, active)));
        inactive[member] = !active;
    }

    /// @dev New keys for all attesters: a new epoch.
    function _seatCommittee(string memory policy, bool founding) internal {
        uint32[5] memory seats = [OPERATOR, BANK, INSPECTOR, IOT, OPERATOR_2];
        bytes32[] memory words = new bytes32[](seats.length);
        for (uint256 i = 0; i < seats.length; ++i) {
            uint256 key = _newKey();
            address account = vm.addr(key);
            attesterKey[account] = key;
            bytes32 word = bytes32(
                uint256(uint160(account)) << 96 | uint256(seats[i]) << 64 | uint256(_rolesOf(seats[i])) << 48
            );
            uint256 at = i;
            for (; at > 0 && words[at - 1] > word; --at) words[at] = words[at - 1];
            words[at] = word;
        }
        bytes32 digest = keccak256(bytes.concat("policy", bytes(policy)));
        bytes memory data = abi.encodeCall(IConsortium.setCommittee, (THRESHOLD, MAX_AGE_S, digest, words));
        if (founding) _ask(consortium, data);
        else _govern(COMMITTEE_CHAIR, data);
        formerCommittee = committee;
        committee = Committee(IConsortium(consortium).epoch(), MAX_AGE_S, THRESHOLD, digest, words);
    }

    // --- founding ---

    function _deploy() private {
        manager = _create("AccessManager", abi.encode(address(this)));
        uint256 nonce = vm.getNonce(address(this));
        address expected = vm.computeCreateAddress(address(this), nonce + 1);
        consortium = _create("Consortium", abi.encode(manager, expected));
        receipts = _create("WarehouseReceipt", abi.encode(consortium));
        domainOf[receipts] = Typed.domain(receipts);
    }

    function _deployModules() private {
        pledge = _module("Pledge", abi.encode(receipts), RIGHT_MOVE | RIGHT_PLEDGE);
        acts = _module("ReceiptActs", abi.encode(receipts, pledge), RIGHT_REPLACE | RIGHT_REDUCE);
        court = _module("Court", abi.encode(receipts), RIGHT_FREEZE);
    }

    function _module(string memory name, bytes memory arguments, uint16 rights) private returns (address module) {
        module = _create(name, arguments);
        domainOf[module] = Typed.domain(module);
        IConsortium(consortium).setModule(module, rights);
    }

    function _handOver() private {
        bytes4[] memory registry = new bytes4[](5);
        registry[0] = IConsortium.addMember.selector;
        registry[1] = IConsortium.setMemberAccount.selector;
        registry[2] = IConsortium.setMemberRoles.selector;
        registry[3] = IConsortium.setMemberActive.selector;
        registry[4] = IConsortium.setMemberEncryptionKey.selector;
        bytes4[] memory seating = new bytes4[](1);
        seating[0] = IConsortium.setCommittee.selector;
        IManager power = IManager(manager);
        power.setTargetFunctionRole(consortium, registry, 1);
        power.grantRole(1, REGISTRAR, DELAY_S);
        power.setTargetFunctionRole(consortium, seating, 2);
        power.grantRole(2, COMMITTEE_CHAIR, DELAY_S);
        power.grantRole(0, ADMIN, DELAY_S);
        power.renounceRole(0, address(this));
    }

    function _join(uint32 member) private {
        hasWallet[member] = member == TRADER;
        bytes32 digest = keccak256(abi.encode("identity", member));
        IConsortium(consortium).addMember(member, _newAccount(member), _rolesOf(member), digest, digest);
    }

    function _newAccount(uint32 member) private returns (address account) {
        uint256 key = _newKey();
        keyOf[member] = key;
        account = vm.addr(key);
        if (hasWallet[member]) account = address(new Wallet(account));
    }

    function _rolesOf(uint32 member) private pure returns (uint16) {
        if (operatorIs(member)) return ROLE_WAREHOUSE_OPERATOR;
        if (member == INSPECTOR) return ROLE_INSPECTOR;
        if (member == IOT) return ROLE_IOT_PROVIDER;
        if (member == COURT || member == COURT_2) return ROLE_COURT;
        return member == BANK || member == BANK_2 || member == BANK_3 ? ROLE_BANK : ROLE_TRADER;
    }

    /// @dev The shipped bytes, from the file that the product deploys them from.
    function _create(string memory name, bytes memory arguments) private returns (address made) {
        string memory file = vm.readFile(string.concat("holdfast/chain/abi/", name, ".json"));
        bytes memory code = bytes.concat(vm.parseJsonBytes(file, ".bytecode"), arguments);
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
        }
        require(made != address(0), name);
    }

    /// @dev Call, and pass a refusal on as it is.
    function _ask(address target, bytes memory data) internal {
        (bool done, bytes memory answer) = target.call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
