// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title What these checks ask of Halmos.
interface Vm {
    function assume(bool condition) external pure;
    function etch(address target, bytes calldata code) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function setArbitraryStorage(address target) external;
    function warp(uint256 nowS) external;
}

interface Svm {
    function createUint(uint256 bits, string calldata name) external returns (uint256);
    function createUint256(string calldata name) external returns (uint256);
    function createBytes32(string calldata name) external returns (bytes32);
    function createBytes(uint256 length, string calldata name) external returns (bytes memory);
    function createBool(string calldata name) external returns (bool);
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
Svm constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));
