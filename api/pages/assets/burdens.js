// What lies on a receipt: pledges by rank, court cases, suspension, storage lien; what it came of and became.

import { $, both, el, member, when, zh } from "./common.js";
import { badge, short } from "./board.js";

const SUSPENDED = {
  1: ["The goods were found to be less than claimed.", "实测数量少于账面数量。"],
  2: ["The goods were not found where they are claimed to lie.", "货物不在所称货位。"],
  3: ["The goods carry other labels than claimed.", "货物标识与记载不符。"],
  4: ["Receipts and the warehouse's own books disagree.", "仓单与仓库账目不符。"],
  5: ["The document and the chain disagree.", "仓单文本与链上记录不符。"],
  6: ["The evidence can no longer be read.", "证据已无法读取。"],
  7: ["Its holder gave notice that it is lost or in other hands.", "持有人已公示其遗失或失控。"],
};
const OF_PLEDGE = { default: ["In default", "已违约", "fail"], "margin-call": ["Margin call", "追加担保", "hold"] };

const link = (id) => el("a", { href: `/receipts/${id}` }, el("code", { title: id }, short(id)));
const links = (ids) => ids.flatMap((id, n) => (n ? [", ", link(id)] : [link(id)]));
const row = (label, chinese, ...content) => el("div", {}, el("dt", {}, ...both(label, chinese)), el("dd", {}, ...content));

/** Why a receipt is not free, in both languages; nothing for one that is. */
export function reasons(status) {
  const told = [...(status.not_free_because || [])];
  const found = [];
  // Each of these stands for one sentence of the service, which begins as given and is taken off the list.
  const say = (starts, en, chinese) => {
    const at = told.findIndex((text) => starts.some((start) => text.startsWith(start)));
    if (at >= 0) told.splice(at, 1);
    found.push([en, chinese]);
  };
  if (status.status === "delivered") say(["delivered:"], "delivered: the goods have left", "已提货，仓单注销");
  if (status.status === "replaced") say(["replaced:"], "replaced: see what took its place", "已被其他仓单替代");
  if (status.suspend_reason) say(["suspended:"], "suspended", "已中止");
  if (status.freeze) say(["frozen by "], "frozen by a court", "已被法院冻结");
  if (status.pledges[0]?.bond) say(["under a pledge bond"], "under a pledge bond", "已签发质入证券");
  else if (status.pledges.length) say(["pledged:"], `pledged, ${status.pledges.length} in all`, `已出质，共 ${status.pledges.length} 项`);
  if (status.liens) say(["under the storage lien"], "under a storage lien", "已被留置");
  if (status.expires_at < status.as_of) say(["expired at "], "expired", "已过有效期");
  // What has no words here is told as the service tells it: nothing that binds may be left out.
  return [...found, ...told.map((text) => [text, ""])];
}

/** What a bond says that a pledge does not: who signs a delivery now. */
function ofBond(status) {
  const signers = status.delivery_signers;
  if (!signers) return ["a pledge bond", "质入证券"];
  if (!signers.length) return ["a pledge bond; nobody can have the goods as things stand", "质入证券，目前不得提货"];
  return signers.length > 1
    ? ["a pledge bond; until it is due, delivery needs both holders", "质入证券，到期前提货须仓单与质入证券持有人共同签署"]
    : ["a pledge bond, due: its holder alone takes the goods and pays the surplus", "质入证券已到期，由其持有人单独提货，余款归仓单持有人"];
}

const percent = (bps) => (bps / 100).toFixed(bps % 100 ? 2 : 0);

function worth(value) {
  if (value.missing) return [badge("hold", "No value now", "目前无估值"), " ", el("span", { class: "why" }, value.missing)];
  return [el("strong", {}, value.value),
    el("span", { class: "why" }, ...both(`${value.prices} prices agree on ${value.price} a tonne`, `${value.prices} 个报价一致，每吨 ${value.price}`))];
}

function pledgeRow(pledge, known, status) {
  const { terms } = pledge;
  const rule = () => (pledge.bond ? ofBond(status)
    : [`at most ${percent(terms.ltv_bps)} % of the goods' value`, `质押率上限 ${percent(terms.ltv_bps)}%`]);
  const lent = terms?.loan_to_value_bps ?? null;
  const now = lent === null ? []
    : [el("span", { class: "what" }, ...both(`now ${percent(lent)} %`, `现为 ${percent(lent)}%`)),
      lent > terms.ltv_bps ? el("p", {}, badge("hold", "Margin can be called", "可追加担保")) : null];
  const state = OF_PLEDGE[known?.state] || (terms?.default_at ? OF_PLEDGE.default : null);
  const amount = terms
    ? [el("strong", {}, terms.amount), el("span", { class: "what" }, ...both(...rule()))]
    : [el("span", { class: "quiet" }, ...both("shown to those with a right in it", "仅向权利人显示"))];
  const sale = terms?.sale_from
    ? el("span", { class: "what" }, ...both("no sale before ", "最早处置时间 "), when(terms.sale_from)) : null;
  return el("tr", {},
    el("td", { class: "num", "data-label": "Rank" }, String(pledge.rank)),
    el("th", { scope: "row" }, member(pledge.pledgee), el("span", { class: "what" }, ...(pledge.bond ? both("Pledge bond ", "质入证券 ") : ["Pledge "]), el("code", {}, pledge.id))),
    el("td", { "data-label": "Secures" }, ...amount, ...now),
    el("td", { "data-label": "Due" }, terms ? when(terms.maturity) : "", state ? el("p", {}, badge(state[2], state[0], state[1])) : null, sale));
}

function caseItem(found, inForce) {
  return el("li", {},
    inForce ? badge("fail", "In force", "生效") : badge("hold", "Waits", "轮候"), " ",
    el("strong", {}, ...both(`Case ${found.case_no}`, `案号 ${found.case_no}`)), " · ", member(found.court),
    el("p", {}, ...both(found.because, found.because_zh), " · ", ...both("until ", "期限至 "), when(found.expires_at)),
    el("p", { class: "quiet" }, ...both("Ruling, sha256 ", "裁定书摘要 "), el("code", { title: found.document_digest }, short(found.document_digest))));
}

function showPledges(status, pledges) {
  const known = Object.fromEntries((pledges?.items || []).map((pledge) => [pledge.id, pledge]));
  $("pledges").hidden = status.pledges.length === 0;
  $("pledges").tBodies[0].replaceChildren(...status.pledges.map((pledge) => pledgeRow(pledge, known[pledge.id], status)));
}

function showGrams(receipt, history) {
  const steps = history.items.filter((item) => item.rest_g !== null);
  const table = $("grams");
  table.hidden = steps.length === 0;
  const words = { "delivered-in-part": ["delivered", "提货"], "written-down": ["found missing", "短少分摊"], split: ["split off", "拆分"] };
  const line = (at, what, chinese, out, rest) => el("tr", {},
    el("td", {}, when(at)), el("td", {}, ...both(what, chinese)),
    el("td", { class: "num" }, out), el("td", { class: "num" }, rest));
  const first = history.items.find((item) => item.act === "issued");
  table.tBodies[0].replaceChildren(
    line(first ? first.at : receipt.issued_at, "issued", "签发", "", receipt.issued_quantity),
    ...steps.map((item) => {
      const [en, chinese] = words[item.act] || [item.event, ""];
      return line(item.at, en, chinese, item.quantity ? `− ${item.quantity}` : "", item.rest);
    }));
}

/** The whole section. `status` is null where the chain does not answer; the counts of the index stand in. */
export function showBurdens(receipt, status, pledges, history) {
  const { burdens } = receipt;
  const bound = burdens.pledges || burdens.liens || burdens.freezes;
  const heavy = bound || receipt.suspended_because;
  const gone = receipt.status === "delivered" || receipt.status === "replaced";
  $("burden-state").replaceChildren(
    gone ? badge("done", "Burned", "已注销")
      : bound ? badge("fail", "Encumbered", "有负担")
        : heavy ? badge("hold", "Suspended", "中止") : badge("pass", "No pledge, no lien, no freeze", "无质押、留置、冻结"));
  const facts = [];
  if (status === null && heavy) {
    facts.push(row("By the index alone", "仅据索引", `${burdens.pledges} pledges, ${burdens.freezes} court cases, ${burdens.liens} liens; the chain does not answer at the moment. `, zh("链上节点暂无响应。")));
  }
  const code = status?.suspend_reason;
  if (receipt.suspended_because) {
    const [en, chinese] = SUSPENDED[code] || [receipt.suspended_because, ""];
    facts.push(row("Suspended", "中止", badge("hold", "Stands still", "停止流转"), " ", ...both(en, chinese)));
  }
  if (status?.value) facts.push(row("Worth now", "现估值", ...worth(status.value)));
  if (burdens.liens) facts.push(row("Storage lien", "留置权", ...both("The warehouse operator keeps the goods for its fees.", "保管人因仓储费留置货物。")));
  if (burdens.lien_terms) {
    const before = burdens.lien_terms === "before-pledges";
    const fees = status?.storage;
    facts.push(row("Storage fees", "仓储费",
      ...(before ? both("Agreed fees come before every pledge.", "约定的仓储费优先于质权受偿。") : both("Agreed fees rank behind the pledges.", "约定的仓储费劣后于质权受偿。")),
      fees ? el("span", { class: "why" }, ...both(`${fees.fee} a tonne and day, at most ${fees.cap}; due now ${fees.due}`, `每吨每日 ${fees.fee}，上限 ${fees.cap}，现欠 ${fees.due}`)) : ""));
  }
  if (status?.notice) facts.push(row("Notice of loss", "挂失公示", ...both("Nothing takes its place before ", "此前不予补发："), when(status.notice.until)));
  if (status?.paper_digest) facts.push(row("On paper, sha256", "纸质仓单摘要", el("code", { title: status.paper_digest }, short(status.paper_digest))));
  if (receipt.predecessors.length) facts.push(row("Took the place of", "替代", ...links(receipt.predecessors)));
  if (receipt.successors.length) facts.push(gone
    ? row("Its place was taken by", "被替代为", ...links(receipt.successors))
    : row("Split off from it", "由其拆出", ...links(receipt.successors)));
  if (receipt.unread) facts.push(row("Not read here", "未能解读", badge("hold", receipt.unread, ""), " ", ...both("The chain tells of an event that this index does not know: ask a node of your own.", "链上有本索引未识别的事件，请以自有节点为准。")));
  $("burden-facts").replaceChildren(...facts);
  $("burden-facts").hidden = facts.length === 0;
  if (status) showPledges(status, pledges);
  else $("pledges").hidden = true;
  const cases = status ? [status.freeze, ...status.waiting].filter(Boolean) : [];
  $("cases-box").hidden = cases.length === 0;
  $("cases").replaceChildren(...cases.map((found, n) => caseItem(found, n === 0)));
  showGrams(receipt, history);
}
