// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "contracts/interfaces/IConsortium.sol";
import {IValuation} from "contracts/interfaces/IValuation.sol";
import {Committee} from "contracts/interfaces/Types.sol";
import {Signer} from "./Signer.sol";
import {Typed} from "./Typed.sol";
import {vm} from "./Vm.sol";

interface IManager {
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

/// @title A consortium of twelve members that holdfast/chain/deploy.py has founded (scripts/assurance/founding.py).
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
    address internal constant VALUER = address(0xA5);

    address internal manager;
    address internal consortium;
    address internal receipts;
    address internal pledge;
    address internal acts;
    address internal court;
    address internal statusReader;
    address internal origins;
    address internal medium;
    address internal replacement;
    address internal shortage;
    address internal storageLien;
    address internal valuation;
    /// @dev The time now. Kept here, since the compiler may take two reads of the block's time for one.
    uint256 internal clock = 2_000_000_000;

    mapping(address target => bytes32) internal domainOf;
    mapping(uint32 member => uint256 key) internal keyOf;
    mapping(uint32 member => bool) internal hasWallet;
    mapping(uint32 member => bool) internal inactive;
    mapping(address attester => uint256 key) internal attesterKey;
    Committee internal committee;
    Committee internal formerCommittee;
    uint256 private _lastKey = 1_000;

    constructor() {
        vm.warp(clock);
        vm.loadAllocs(".build/foundry/founding.json");
        _readDeployment();
        for (uint32 member = 1; member <= MEMBERS; ++member) keyOf[member] = _key(member);
        _readCommittee();
        hasWallet[TRADER] = true;
        _rotateAccount(TRADER);
        _setSeries("CNY");
        _setSeries("USD");
    }

    function seriesOf(bytes3 currency) internal pure returns (bytes32) {
        return keccak256(abi.encode("series", currency));
    }

    /// @dev Members that post prices, and are never a party of a receipt.
    function _feeders() internal pure returns (uint32[3] memory) {
        return [INSPECTOR, IOT, COURT];
    }

    /// @dev Let time pass.
    function _pass(uint256 seconds_) internal {
        clock += seconds_;
        vm.warp(clock);
    }

    /// @dev A key that is no secret. Members' first keys are 1 to 12, their first attesters' 100 more.
    function _key(uint256 number) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("holdfast", number))) % (Signer.ORDER - 1) + 1;
    }

    // --- governance, with its delays ---

    function _govern(address who, bytes memory data) internal {
        _governOn(consortium, who, data);
    }

    function _governOn(address target, address who, bytes memory data) private {
        vm.prank(who);
        IManager(manager).schedule(target, data, 0);
        _pass(DELAY_S);
        vm.prank(who);
        IManager(manager).execute(target, data);
    }

    /// @dev A new account for a member, after its old key was lost.
    function _rotateAccount(uint32 member) internal {
        uint256 key = _key(++_lastKey);
        address account = hasWallet[member] ? address(new Wallet(vm.addr(key))) : vm.addr(key);
        _govern(REGISTRAR, abi.encodeCall(IConsortium.setMemberAccount, (member, account)));
        keyOf[member] = key;
    }

    function _setStanding(uint32 member, bool active) internal {
        _govern(REGISTRAR, abi.encodeCall(IConsortium.setMemberActive, (member, active)));
        inactive[member] = !active;
    }

    /// @dev New keys for all attesters, which their members name first: a new epoch.
    function _rotateCommittee(string memory policy) internal {
        uint32[5] memory seats = _seats();
        uint256[5] memory keys;
        for (uint256 i = 0; i < seats.length; ++i) {
            keys[i] = _key(++_lastKey);
            vm.prank(IConsortium(consortium).accountOf(seats[i]));
            IConsortium(consortium).nameAttester(vm.addr(keys[i]), true);
        }
        bytes32[] memory words = _words(seats, keys);
        bytes32 digest = keccak256(bytes(policy));
        _govern(COMMITTEE_CHAIR, abi.encodeCall(IConsortium.setCommittee, (THRESHOLD, MAX_AGE_S, digest, words)));
        formerCommittee = committee;
        committee = Committee(committee.epoch + 1, MAX_AGE_S, THRESHOLD, digest, words);
    }

    // --- what was founded ---

    function _setSeries(bytes3 currency) private {
        uint32[] memory feeders = new uint32[](3);
        for (uint256 i = 0; i < 3; ++i) feeders[i] = _feeders()[i];
        bytes memory data =
            abi.encodeCall(IValuation.setSeries, (seriesOf(currency), currency, 30 days, 1_000, feeders));
        _governOn(valuation, VALUER, data);
    }

    function _readDeployment() private {
        string memory file = vm.readFile(".build/foundry/deployment.json");
        manager = vm.parseJsonAddress(file, ".access_manager");
        consortium = vm.parseJsonAddress(file, ".consortium");
        receipts = _module(file, ".warehouse_receipt");
        pledge = _module(file, ".pledge");
        acts = _module(file, ".receipt_acts");
        court = _module(file, ".court");
        origins = _module(file, ".origins");
        medium = _module(file, ".receipt_medium");
        replacement = _module(file, ".replacement");
        shortage = _module(file, ".shortage");
        storageLien = _module(file, ".storage_lien");
        valuation = _module(file, ".valuation");
        statusReader = vm.parseJsonAddress(file, ".receipt_status");
    }

    function _module(string memory file, string memory field) private returns (address module) {
        module = vm.parseJsonAddress(file, field);
        domainOf[module] = Typed.domain(module);
    }

    function _readCommittee() private {
        uint32[5] memory seats = _seats();
        uint256[5] memory keys;
        for (uint256 i = 0; i < seats.length; ++i) keys[i] = _key(100 + seats[i]);
        committee = Committee(1, MAX_AGE_S, THRESHOLD, keccak256("policy"), _words(seats, keys));
        require(keccak256(abi.encode(committee)) == IConsortium(consortium).committeeDigest(), "committee");
    }

    function _seats() private pure returns (uint32[5] memory) {
        return [OPERATOR, BANK, INSPECTOR, IOT, OPERATOR_2];
    }

    /// @dev Attesters as the committee lists them, ascending by account.
    function _words(uint32[5] memory seats, uint256[5] memory keys) private returns (bytes32[] memory words) {
        words = new bytes32[](seats.length);
        for (uint256 i = 0; i < seats.length; ++i) {
            address account = vm.addr(keys[i]);
            attesterKey[account] = keys[i];
            uint16 roles = IConsortium(consortium).member(seats[i]).roles;
            bytes32 word =
                bytes32(uint256(uint160(account)) << 96 | uint256(seats[i]) << 64 | uint256(roles) << 48);
            uint256 at = i;
            for (; at > 0 && words[at - 1] > word; --at) words[at] = words[at - 1];
            words[at] = word;
        }
    }
}
