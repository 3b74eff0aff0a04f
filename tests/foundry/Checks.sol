// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IConsortium} from "contracts/interfaces/IConsortium.sol";
import {ICourt} from "contracts/interfaces/ICourt.sol";
import {IPledge} from "contracts/interfaces/IPledge.sol";
import {PledgeRecord} from "contracts/interfaces/IPledgeBook.sol";
import {IReceiptStatus} from "contracts/interfaces/IReceiptStatus.sol";
import {IStorageLien} from "contracts/interfaces/IStorageLien.sol";
import {IWarehouseReceipt} from "contracts/interfaces/IWarehouseReceipt.sol";
import {LienRecord} from "contracts/interfaces/LienTypes.sol";
import {Lot, Receipt} from "contracts/interfaces/Types.sol";
import {HostileHandler} from "./HostileHandler.sol";

interface IOwned {
    function ownerOf(uint256 id) external view returns (address);
    function locked(uint256 id) external view returns (bool);
}

/// @title The handlers, and what the chain must say of every receipt after any of them.
contract Checks is HostileHandler {
    /// An invariant does not hold, by what an act did or by what the chain says.
    error Broken(uint256 invariant, bytes32 what, uint256 id);

    function handlers() external pure returns (bytes4[] memory all) {
        all = new bytes4[](72);
        uint256 n;
        // Twice, as most of what happens in a register is this.
        (all[n++], all[n++]) = (this.issue.selector, this.issue.selector);
        (all[n++], all[n++]) = (this.transfer.selector, this.transfer.selector);
        (all[n++], all[n++]) = (this.pledgeOne.selector, this.pledgeOne.selector);
        (all[n++], all[n++]) = (this.deliver.selector, this.deliverPart.selector);
        (all[n++], all[n++]) = (this.suspend.selector, this.reinstate.selector);
        (all[n++], all[n++]) = (this.split.selector, this.merge.selector);
        (all[n++], all[n++]) = (this.correct.selector, this.extend.selector);
        (all[n++], all[n++]) = (this.extendAlone.selector, this.extendAlone.selector);
        (all[n++], all[n++]) = (this.release.selector, this.assign.selector);
        (all[n++], all[n++]) = (this.transferPledged.selector, this.noticeDefault.selector);
        (all[n++], all[n++]) = (this.callMargin.selector, this.cure.selector);
        (all[n++], all[n++]) = (this.foreclose.selector, this.openCase.selector);
        (all[n++], all[n++]) = (this.renewCase.selector, this.freeze.selector);
        (all[n++], all[n++]) = (this.freeze.selector, this.freeze.selector);
        (all[n++], all[n++]) = (this.unfreeze.selector, this.lapse.selector);
        (all[n++], all[n++]) = (this.rotateCommittee.selector, this.rotateAccount.selector);
        (all[n++], all[n++]) = (this.setStanding.selector, this.waitFor.selector);
        (all[n++], all[n++]) = (this.noticeLoss.selector, this.withdrawNotice.selector);
        (all[n++], all[n++]) = (this.replaceLost.selector, this.lapseNotice.selector);
        (all[n++], all[n++]) = (this.shareShortage.selector, this.toPaper.selector);
        (all[n++], all[n++]) = (this.toElectronic.selector, this.registerOrigin.selector);
        (all[n++], all[n++]) = (this.agreeTerms.selector, this.agreeTerms.selector);
        (all[n++], all[n++]) = (this.assertLien.selector, this.acknowledge.selector);
        (all[n++], all[n++]) = (this.discharge.selector, this.tender.selector);
        (all[n++], all[n++]) = (this.postPrices.selector, this.substitute.selector);
        (all[n++], all[n++]) = (this.callMargin.selector, this.substitute.selector);
        (all[n++], all[n++]) = (this.issueBond.selector, this.issueBond.selector);
        (all[n++], all[n++]) = (this.redeemBond.selector, this.deliverJointly.selector);
        (all[n++], all[n++]) = (this.deliverBonded.selector, this.deliverBonded.selector);
        (all[n++], all[n++]) = (this.refuseForgedParty.selector, this.refuseBadQuorum.selector);
        (all[n++], all[n++]) = (this.refuseStaleProof.selector, this.refuseOtherProof.selector);
        (all[n++], all[n++]) = (this.refuseLateOrder.selector, this.refuseReplay.selector);
        (all[n++], all[n++]) = (this.refuseIdleParty.selector, this.refuseBurned.selector);
        (all[n++], all[n++]) = (this.refuseWithoutPledgee.selector, this.refuseBound.selector);
        (all[n++], all[n++]) = (this.refuseUnfair.selector, this.refuseOutsider.selector);
        (all[n++], all[n++]) = (this.refuseEarly.selector, this.refuseEarly.selector);
    }

    /// @notice How many receipts the book has ever had.
    function everIssued() external view returns (uint256) {
        return live.length + burned.length;
    }

    /// @notice Refuse unless the invariant holds now and no act has broken it.
    function check(uint256 number) external view {
        if (breaches[number] != 0) revert Broken(number, breachNote, breaches[number]);
        if (number == 1) _attestedCoversLive();
        else if (number == 2) _oneHolder();
        else if (number == 3) _gramsConserved();
        else if (number == 4) _encumbrancesKept();
        else if (number == 5) _onlyOrdersChange();
        else if (number == 6) _ordersCounted();
        else if (number == 7) _burnedStay();
        else if (number == 8) _pledgedKept();
        else if (number == 9) _ranksInOrder();
        else if (number == 10) _boundAreLocked();
    }

    function _attestedCoversLive() private view {
        for (uint256 i = 0; i < lots.length; ++i) {
            if (sums[lots[i]].issuedG == 0) continue;
            Lot memory lot = IWarehouseReceipt(receipts).lotOf(lots[i]);
            if (lot.liveG > lot.attestedG) revert Broken(1, "live above attested", i);
            if (lot.attestedG != sums[lots[i]].attestedG) revert Broken(1, "attested", i);
            if (lot.operator != sums[lots[i]].operator) revert Broken(1, "operator", i);
        }
    }

    function _oneHolder() private view {
        uint256[] memory counted = new uint256[](MEMBERS + 1);
        for (uint256 i = 0; i < live.length; ++i) {
            uint32 holder = papers[live[i]].holder;
            ++counted[holder];
            if (_chain(live[i]).holder != holder) revert Broken(2, "holder", live[i]);
            address account = IConsortium(consortium).accountOf(holder);
            if (IOwned(receipts).ownerOf(live[i]) != account) revert Broken(2, "owner", live[i]);
        }
        for (uint32 member = 1; member <= MEMBERS; ++member) {
            if (counted[member] != held[member]) revert Broken(2, "book", member);
            if (IConsortium(consortium).member(member).receipts != held[member]) {
                revert Broken(2, "balance", member);
            }
        }
    }

    /// @dev What was issued is live, was delivered, found short or gone to paper, lot by lot, to the gram.
    function _gramsConserved() private view {
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 sumG = 0;
            for (uint256 j = 0; j < live.length; ++j) {
                Receipt memory found = _chain(live[j]);
                if (found.lotId == lots[i]) sumG += found.quantityG;
            }
            LotSum storage sum = sums[lots[i]];
            if (sumG + sum.deliveredG + sum.lostG != sum.issuedG) revert Broken(3, "grams of a lot", i);
            if (IWarehouseReceipt(receipts).lotOf(lots[i]).liveG != sumG) revert Broken(3, "live of a lot", i);
        }
    }

    function _encumbrancesKept() private view {
        for (uint256 i = 0; i < live.length; ++i) {
            uint256 id = live[i];
            Paper storage paper = papers[id];
            if (!_sameEncumbrances(_chain(id), paper)) revert Broken(4, "counts", id);
            LienRecord memory terms = IStorageLien(storageLien).termsOf(id);
            bool asserted = terms.assertedMinor != 0;
            if (terms.rank != paper.lienTerms || asserted != (paper.liens != 0)) revert Broken(4, "lien", id);
            uint24[] memory waiting = ICourt(court).waitingOn(id);
            for (uint256 j = 0; j < waiting.length; ++j) {
                if (waiting[j] != paper.cases[j + 1]) revert Broken(4, "queue", id);
            }
            uint64[] memory ranks = IPledge(pledge).pledgesOn(id);
            if (ranks.length != paper.pledges.length) revert Broken(4, "pledges", id);
            for (uint256 j = 0; j < ranks.length; ++j) {
                if (ranks[j] != paper.pledges[j]) revert Broken(4, "pledge", id);
                PledgeRecord memory found = IPledge(pledge).pledgeOf(ranks[j]);
                Debt storage debt = debts[ranks[j]];
                bool same = found.pledgee == debt.pledgee && found.amountMinor == debt.amountMinor
                    && found.defaultAt == debt.defaultAt && found.receipts == debt.receipts
                    && found.maturity == debt.maturity && found.currency == debt.currency
                    && found.ltvBps == debt.ltvBps;
                if (!same) revert Broken(4, "record", id);
            }
        }
    }

    /// @dev Whatever the chain says of a receipt was said right after its last signed order.
    function _onlyOrdersChange() private view {
        for (uint256 i = 0; i < live.length; ++i) {
            if (keccak256(abi.encode(_chain(live[i]))) != papers[live[i]].shadow) revert Broken(5, "changed", live[i]);
        }
        if (IConsortium(consortium).committeeDigest() != keccak256(abi.encode(committee))) {
            revert Broken(5, "committee", committee.epoch);
        }
    }

    function _ordersCounted() private view {
        for (uint256 i = 0; i < live.length; ++i) {
            if (_chain(live[i]).seq != papers[live[i]].seq) revert Broken(6, "orders", live[i]);
        }
    }

    function _burnedStay() private view {
        // The oldest and the newest: there are hundreds, and each was looked at when it was burned.
        for (uint256 i = 0; i < burned.length && i < 40; ++i) {
            uint256 id = burned[i % 2 == 0 ? i / 2 : burned.length - 1 - i / 2];
            Receipt memory found = _chain(id);
            if (!_burnedStatus(found.status) || found.quantityG != 0) revert Broken(7, "burned lives", id);
            if (keccak256(abi.encode(found)) != papers[id].shadow) revert Broken(7, "changed", id);
            try IOwned(receipts).ownerOf(id) returns (address) {
                revert Broken(7, "burned has an owner", id);
            } catch {}
        }
    }

    function _pledgedKept() private view {
        for (uint256 i = 0; i < live.length; ++i) {
            Receipt memory found = _chain(live[i]);
            Paper storage paper = papers[live[i]];
            if (found.pledges != 0 && found.holder != paper.keeper) revert Broken(8, "keeper", live[i]);
        }
    }

    /// @dev Who was pledged earlier stands before who was pledged later, on every receipt, and the first is first.
    function _ranksInOrder() private view {
        for (uint256 i = 0; i < live.length; ++i) {
            uint64[] memory ranks = IPledge(pledge).pledgesOn(live[i]);
            for (uint256 j = 1; j < ranks.length; ++j) {
                if (debts[ranks[j - 1]].born >= debts[ranks[j]].born) revert Broken(9, "order", live[i]);
            }
            if (ranks.length > 1 && _bonded(papers[live[i]])) revert Broken(9, "behind a bond", live[i]);
            uint32 first = ranks.length == 0 ? 0 : debts[ranks[0]].pledgee;
            if (_chain(live[i]).firstPledgee != first) revert Broken(9, "first", live[i]);
        }
    }

    /// @dev What the token says to the world: locked if anything binds it. Of some also what `status` says.
    function _boundAreLocked() private view {
        for (uint256 i = 0; i < live.length; ++i) {
            Paper storage paper = papers[live[i]];
            bool bound =
                paper.status != 1 || paper.cases.length + paper.pledges.length + paper.liens != 0;
            if (bound && !IOwned(receipts).locked(live[i])) revert Broken(10, "unlocked", live[i]);
            if (i >= 4 || block.timestamp != clock) continue;
            bool free = !bound && clock <= paper.expiresAt && !inactive[paper.holder];
            if (IReceiptStatus(statusReader).status(live[i]).free != free) revert Broken(10, "status", live[i]);
        }
    }
}
