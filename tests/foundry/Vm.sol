// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title What these tests ask of the test machine.
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function assume(bool condition) external pure;
    function loadAllocs(string calldata path) external;
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function prank(address sender) external;
    function readFile(string calldata path) external view returns (string memory);
    function warp(uint256 nowS) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
