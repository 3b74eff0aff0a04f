// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// What attesters sign before a module is let in, given other rights or dismissed (rights 0).
struct ModuleOrder {
    address module;
    uint16 rights; // RIGHT_ constants of ActTypes.sol
    bytes32 codeHash; // keccak256 of the code they have read, immutables included
    uint64 number; // of the next change: a new committee spends it too
    uint64 deadline;
}
