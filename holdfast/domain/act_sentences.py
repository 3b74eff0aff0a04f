"""The sentence of each order that members or attesters' people read before they sign, English and Chinese.

A new act needs one entry. A sentence names the order's fields in braces; `act_words` shows each as people
read it: members with their names, masses, times, money, receipts.
"""

from __future__ import annotations

from typing import Any, Final

from holdfast.domain import acts
from holdfast.domain.orders import DeliveryOrder, TransferOrder

Words = tuple[str, str]
"""English, Chinese."""

SENTENCES: Final[dict[type[Any], Words]] = {
    TransferOrder: (
        "{holder} transfers {receipt_id} to {transferee}. Title passes at once and finally when the order is "
        "carried out. Both sign",
        "{holder}将{receipt_id}转让给{transferee}。指令执行时权利即时、终局转移。须双方签署",
    ),
    DeliveryOrder: (
        "{holder} takes delivery of {quantity_g}, the whole of {receipt_id}. The goods leave the warehouse "
        "and the receipt is cancelled for ever. The holder signs",
        "{holder}提取{receipt_id}项下全部货物（{quantity_g}）。货物出库后仓单永久注销。由持有人签署",
    ),
    acts.PartialDeliveryOrder: (
        "{holder} takes delivery of {quantity_g} of {receipt_id}, as weighed at the gate; the receipt stands "
        "for the rest",
        "{holder}提取{receipt_id}项下部分货物 {quantity_g}，以出库称重为准；仓单对余量继续有效",
    ),
    acts.SplitOrder: (
        "{holder} has {receipt_id} split: {parts}. What the parts leave over stays on the old receipt. "
        "Holder, pledges and liens stay as they are; {operator} countersigns",
        "{holder}将{receipt_id}分割为：{parts}。剩余数量仍由原仓单代表。持有人、质权及留置权不变；"
        "由保管人{operator}签章",
    ),
    acts.MergeOrder: (
        "{holder} has {receipts} made one receipt for {quantity_g}, good until {expires_at}: {merged_id}. "
        "Pledges and liens stay as they are; {operator} countersigns",
        "{holder}将{receipts}合并为一份仓单（{quantity_g}，有效期至 {expires_at}）：{merged_id}。"
        "质权及留置权不变；由保管人{operator}签章",
    ),
    acts.SupersedeOrder: (
        "{holder} has {receipt_id} replaced, as a {reason}, by {successor_id} for {quantity_g}, good until "
        "{expires_at}. The old document is void; pledges and liens stay as they are",
        "{holder}以{successor_id}（{quantity_g}，有效期至 {expires_at}）替代{receipt_id}，事由：{reason}。"
        "原单据作废；质权及留置权不变",
    ),
    acts.PledgeOrder: (
        "{holder} pledges {receipt_id} to {pledgee} in rank {rank}, for at most {amount_minor} due "
        "{maturity}, at a loan to value of at most {ltv_bps}; storage fees of at most {lien_cap_minor} go "
        "before it. Until it is released nothing moves without the first pledgee. After a default there are "
        "{cure_s} to cure it; then the goods may be sold, and what is left over is the pledgor's. The filing "
        "has digest {filing_digest}",
        "{holder}将{receipt_id}质押给{pledgee}，顺位 {rank}，担保金额最高 {amount_minor}，到期 {maturity}，"
        "质押率不超过 {ltv_bps}；仓储费优先受偿上限 {lien_cap_minor}。解除前未经第一顺位质权人同意不得处分。"
        "违约后有 {cure_s} 的补救期，其后可变卖，余款归出质人。登记文件摘要 {filing_digest}",
    ),
    acts.PledgeReleaseOrder: (
        "{pledgee} releases its pledge {pledge_id} on {receipt_id}. It gets nothing of these goods any more",
        "{pledgee}解除其在{receipt_id}上的质权 {pledge_id}，不再就该货物受偿",
    ),
    acts.PledgeAssignOrder: (
        "{pledgee} gives its pledge {pledge_id} on {receipt_id} to {assignee}, in the same rank",
        "{pledgee}将其在{receipt_id}上的质权 {pledge_id} 转让给{assignee}，顺位不变",
    ),
    acts.PledgedTransferOrder: (
        "{holder} transfers {receipt_id}, which stays pledged, to {transferee}; {pledgee} agrees. Title "
        "passes at once and finally when the order is carried out",
        "{holder}将{receipt_id}转让给{transferee}，质权不变，{pledgee}同意。指令执行时权利即时、终局转移",
    ),
    acts.DefaultOrder: (
        "{pledgee} gives notice that the debt of pledge {pledge_id} on {receipt_id} is due and unpaid. The "
        "time to cure it begins",
        "{pledgee}通知：{receipt_id}上质权 {pledge_id} 所担保债务到期未付，补救期开始计算",
    ),
    acts.MarginOrder: (
        "{pledgee} calls for margin under pledge {pledge_id} on {receipt_id} and {others}: the goods are "
        "worth no more than {value_minor}. The time to cure it begins",
        "{pledgee}就{receipt_id}及{others}上的质权 {pledge_id} 发出补足通知：货物价值至多 {value_minor}，"
        "补救期开始计算",
    ),
    acts.CureOrder: (
        "{pledgee} acknowledges that the default of pledge {pledge_id} on {receipt_id} is cured",
        "{pledgee}确认{receipt_id}上质权 {pledge_id} 的违约已补救",
    ),
    acts.ForeclosureOrder: (
        "{pledgee} has sold {receipt_id}, pledged by {pledgor}, to {buyer} at {sold_at} for "
        "{proceeds_minor}: costs {costs_minor}, storage lien {lien_minor}, {shares}, and {surplus_minor} "
        "back to the pledgor. Pledges, lien and storage terms end; the record of the sale has digest "
        "{sale_digest}",
        "{pledgee}已于 {sold_at} 将{pledgor}出质的{receipt_id}以 {proceeds_minor} 变卖给{buyer}：费用 "
        "{costs_minor}，仓储费留置权 {lien_minor}，{shares}，余款 {surplus_minor} 归出质人。"
        "质权、留置权及仓储费约定消灭；变卖记录摘要 {sale_digest}",
    ),
    acts.PledgeBondOrder: (
        "{holder} issues a pledge bond on {receipt_id} to {pledgee}, for at most {amount_minor} due "
        "{maturity}; storage fees of at most {lien_cap_minor} go before it. The bond's holder alone may give "
        "it on. Until it is due, goods go out only if both sign; after that the bond's holder alone takes "
        "them out, at their value, and what is left over is the receipt holder's. The filing has digest "
        "{filing_digest}",
        "{holder}就{receipt_id}向{pledgee}签发质入证券，担保金额最高 {amount_minor}，到期 {maturity}；"
        "仓储费优先受偿上限 {lien_cap_minor}。质入证券可由其持有人单独转让。到期前提货须双方签署；"
        "到期后由质入证券持有人按价值单独提货，余款归仓单持有人。登记文件摘要 {filing_digest}",
    ),
    acts.BondRedeemOrder: (
        "{holder} has paid or deposited {paid_minor}, all that pledge bond {pledge_id} on {receipt_id} "
        "secures, and the receipt becomes free. The bank's or notary's record has digest {payment_digest}. "
        "Attesters' people judge it",
        "{holder}已支付或提存 {paid_minor}，即{receipt_id}上质入证券 {pledge_id} 所担保的全部金额，"
        "仓单解除负担。银行或公证机构凭证摘要 {payment_digest}。由核验方人员审查",
    ),
    acts.BondJointDeliveryOrder: (
        "{holder} and {pledgee} together take delivery of {quantity_g}, the whole of {receipt_id}. The goods "
        "leave the warehouse, receipt and pledge bond {pledge_id} are cancelled for ever, and {pledgee} gets "
        "nothing of these goods any more. Both sign",
        "{holder}与{pledgee}共同提取{receipt_id}项下全部货物（{quantity_g}）。货物出库后仓单与质入证券 "
        "{pledge_id} 永久注销，{pledgee}不再就该货物受偿。须双方签署",
    ),
    acts.BondDeliveryOrder: (
        "{pledgee}, holder of pledge bond {pledge_id}, which is due, takes delivery of {quantity_g}, the "
        "whole of {receipt_id}, which {pledgor} holds. The goods are reckoned at {proceeds_minor} as of "
        "{sold_at}: costs {costs_minor}, storage lien {lien_minor}, {paid_minor} of the {claim_minor} that "
        "the bond claims, and {surplus_minor} to the receipt's holder. Receipt, bond and lien end; the "
        "record has digest {sale_digest}. Attesters' people judge the value",
        "质入证券 {pledge_id} 已到期，其持有人{pledgee}提取由{pledgor}持有的{receipt_id}项下全部货物"
        "（{quantity_g}）。货物按 {sold_at} 作价 {proceeds_minor}：费用 {costs_minor}，"
        "仓储费留置权 {lien_minor}，质入证券主张 {claim_minor}、受偿 {paid_minor}，"
        "余款 {surplus_minor} 归仓单持有人。仓单、质入证券及留置权消灭；记录摘要 {sale_digest}。"
        "作价由核验方人员审查",
    ),
    acts.PledgeSubstituteOrder: (
        "{holder} puts {receipt_id} in the place of {released_id}, which becomes free, under the same "
        "pledges in the same ranks: first {pledgee}, second {second}, third {third}, fourth {fourth}. The "
        "goods must be worth no less. The amended filing has digest {filing_digest}. All of them sign",
        "{holder}以{receipt_id}替换{released_id}作为质物，后者解除质押，质权及顺位不变：第一 {pledgee}，"
        "第二 {second}，第三 {third}，第四 {fourth}。替换货物价值不得低于原货物。变更登记文件摘要 "
        "{filing_digest}。须各方签署",
    ),
    acts.PriceOrder: (
        "{feeder} says that one tonne is worth {price_minor}, as observed {observed_at}, in the price series "
        "with digest {series_digest}",
        "{feeder}报价：每吨 {price_minor}，观察时间 {observed_at}，价格序列摘要 {series_digest}",
    ),
    acts.LossNoticeOrder: (
        "{holder} gives notice that {receipt_id} is {reason}, and stops it for {notice_s}. Then it may be "
        "replaced by a new one with the same pledges; until then nothing moves",
        "{holder}通知{receipt_id}已{reason}，自执行起停止流转 {notice_s}。期满后可由新仓单替代，质权不变；"
        "期间不得处分",
    ),
    acts.LossWithdrawalOrder: (
        "{holder} withdraws its notice of loss of {receipt_id}, which may move again",
        "{holder}撤回对{receipt_id}的遗失通知，仓单恢复流转",
    ),
    acts.ReplacementOrder: (
        "{holder} has {receipt_id}, whose notice of loss has run, replaced by {successor_id} for "
        "{quantity_g}, good until {expires_at}. The old receipt is dead; pledges and liens stay as they are",
        "{holder}以{successor_id}（{quantity_g}，有效期至 {expires_at}）替代公示期满的{receipt_id}。"
        "原仓单失效；质权及留置权不变",
    ),
    acts.PaperOrder: (
        "{holder} has {receipt_id} put on paper by {operator}. The electronic receipt is dead for ever; the "
        "paper with digest {paper_digest} takes its place",
        "{holder}请{operator}将{receipt_id}转为纸质仓单。电子仓单永久失效，"
        "由摘要为 {paper_digest} 的纸质仓单取代",
    ),
    acts.ElectronicOrder: (
        "{holder} surrenders to {operator} the paper receipt with digest {paper_digest}, for {quantity_g} of "
        "lot {lot_id}. The paper is dead for ever; an electronic receipt may then be issued",
        "{holder}向{operator}交回摘要为 {paper_digest} 的纸质仓单（批次 {lot_id}，{quantity_g}）。"
        "纸质仓单永久失效，其后可签发电子仓单",
    ),
    acts.OriginOrder: (
        "{holder} uses the {kind} with digest {origin_digest} for lot {lot_id}, kept by {operator}. It can "
        "be used for no other lot, ever",
        "{holder}将摘要为 {origin_digest} 的{kind}用于由{operator}保管的批次 {lot_id}，"
        "此后不得再用于其他批次",
    ),
    acts.LienTermsOrder: (
        "{holder} and {operator} agree on storage of {receipt_id}: {fee_minor} for a tonne and a day, since "
        "{from_s}; the operator's lien for it goes up to {cap_minor} and stands {rank}. The contract has "
        "digest {contract_digest}",
        "{holder}与{operator}就{receipt_id}约定仓储费：每吨每日 {fee_minor}，自 {from_s} 起算；"
        "留置权上限 {cap_minor}，顺位{rank}。合同摘要 {contract_digest}",
    ),
    acts.LienAssertOrder: (
        "{operator} keeps the goods of {receipt_id} until {amount_minor} of storage fees are paid; nothing "
        "moves",
        "{operator}就{receipt_id}行使留置权，付清仓储费 {amount_minor} 前不得提取或处分",
    ),
    acts.LienPaymentOrder: (
        "{operator} acknowledges a payment of {amount_minor} of storage fees for {receipt_id}",
        "{operator}确认收到{receipt_id}的仓储费 {amount_minor}",
    ),
    acts.LienDischargeOrder: (
        "{operator} gives up its storage lien on {receipt_id}: {scope}",
        "{operator}放弃对{receipt_id}的留置权：{scope}",
    ),
    acts.LienTenderOrder: (
        "{holder} shows that storage fees of {paid_minor} in all were paid or deposited for {receipt_id}, "
        "which the operator does not acknowledge; the proof has digest {payment_digest}. Attesters' people "
        "judge it",
        "{holder}主张{receipt_id}的仓储费已累计支付或提存 {paid_minor}，而保管人未予确认；"
        "证明文件摘要 {payment_digest}。由核验方人员审查",
    ),
    acts.LotSeriesOrder: (
        "The lot of {receipt_id} is valued by the price series with digest {series_digest} from now on. "
        "Attesters' people judge whether it fits the goods",
        "{receipt_id}所属批次自此按摘要为 {series_digest} 的价格序列估值。由核验方人员审查是否相符",
    ),
    acts.CaseOrder: (
        "{court} opens case {case_no} ({reason}), by the ruling with digest "
        "{document_digest}, in force until {expires_at}",
        "{court}立案 {case_no}（{reason}），裁定书摘要 {document_digest}，效力至 {expires_at}",
    ),
    acts.RenewOrder: (
        "{court} renews case {case_no} until {expires_at}",
        "{court}将案件 {case_no} 续期至 {expires_at}",
    ),
    acts.FreezeOrder: (
        "{court} freezes {receipt_id} under case {case_no}. It neither moves nor can be pledged or delivered",
        "{court}依案件 {case_no} 冻结{receipt_id}，冻结期间不得转让、质押或提货",
    ),
    acts.UnfreezeOrder: (
        "{court} ends the freeze of {receipt_id} under case {case_no}",
        "{court}解除案件 {case_no} 对{receipt_id}的冻结",
    ),
}
"""Order -> what it does, without the full stop: when it becomes void is added to each."""
