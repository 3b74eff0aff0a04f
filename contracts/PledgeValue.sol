// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPledgeValue} from "./interfaces/ISubstitution.sol";
import {IValuation} from "./interfaces/IValuation.sol";
import {Attestation, Committee} from "./interfaces/Types.sol";
import {PledgeBook} from "./PledgeBook.sol";

/// @title Where acts on pledges learn what goods are worth.
abstract contract PledgeValue is PledgeBook, IPledgeValue {
    IValuation internal immutable VALUATION;

    /// @param valuation_ What knows prices; it asks Pledge whose pledges are on a receipt.
    constructor(address valuation_) {
        VALUATION = IValuation(valuation_);
    }

    /// @dev A full quorum has attested the order, the operator's attester among them. Answers who; the caller
    /// refuses the parties.
    function _attestFull(
        bytes32 orderHash,
        uint32 operator,
        Attestation calldata attestation,
        Committee calldata committee,
        bytes calldata signatures
    ) internal returns (uint256 signers, uint256 filter) {
        bytes32 current = CONSORTIUM.committeeDigest();
        return _attest(orderHash, attestation, committee, signatures, committee.threshold, operator, current);
    }

    /// @inheritdoc IPledgeValue
    function valuation() external view returns (address) {
        return address(VALUATION);
    }
}
