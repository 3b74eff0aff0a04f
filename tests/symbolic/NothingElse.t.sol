// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ISuspension} from "contracts/interfaces/ISuspension.sol";
import {IWarehouseReceipt} from "contracts/interfaces/IWarehouseReceipt.sol";
import {Shipped} from "shipped/Shipped.sol";
import {Ground} from "./Ground.sol";
import {svm, vm} from "./Svm.sol";

/// @title The functions proved elsewhere are all that change a receipt or a lot, and ERC-721's move none.
contract NothingElse is Ground {
    /// @dev Views answer, all else is refused, whatever the first four bytes are, in either piece of code.
    function check_no_other_call_changes(bytes4 selector, uint256 receiptId, bytes32 second, bytes32 third) public {
        vm.assume(!_isProved(selector));
        _name(receiptId);
        _call(abi.encodePacked(selector, receiptId, second, third));
        _unchanged();
    }

    function check_no_short_call_changes(uint256 receiptId) public {
        _name(receiptId);
        _call("");
        _call(svm.createBytes(3, "less than a selector"));
        _unchanged();
    }

    function check_title_moves_only_by_order(address from, address to, uint256 receiptId, bool given) public {
        bytes memory data = svm.createBytes(32, "data");
        _refused(abi.encodeWithSignature("transferFrom(address,address,uint256)", from, to, receiptId));
        _refused(abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, receiptId));
        _refused(abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)", from, to, receiptId, data));
        _refused(abi.encodeWithSignature("approve(address,uint256)", to, receiptId));
        _refused(abi.encodeWithSignature("setApprovalForAll(address,bool)", to, given));
    }

    function _call(bytes memory data) private {
        (bool taken,) = Shipped.RECEIPTS.call(data);
        taken;
    }

    /// @dev Whether another check is of this function.
    function _isProved(bytes4 selector) private pure returns (bool proved) {
        bytes4[17] memory known = [
            IWarehouseReceipt.issue.selector,
            IWarehouseReceipt.transfer.selector,
            IWarehouseReceipt.deliver.selector,
            ISuspension.suspend.selector,
            ISuspension.reinstate.selector,
            CORE.replaceReceipts.selector,
            CORE.splitReceipt.selector,
            CORE.reduceReceipt.selector,
            CORE.moveReceipt.selector,
            CORE.setPledges.selector,
            CORE.releasePledge.selector,
            CORE.addPledge.selector,
            CORE.addFreeze.selector,
            CORE.dropFreeze.selector,
            CORE.setLiens.selector,
            CORE.writeDown.selector,
            CORE.retireReceipt.selector
        ];
        for (uint256 i = 0; i < known.length; ++i) proved = _either(proved, selector == known[i]);
        return _either(proved, selector == CORE.setNotice.selector);
    }
}
