// The start page: receipts and refused decisions the member may see.

import { $, both, el, json, member, start, when } from "./common.js";
import { PURPOSES, badge, decisionBadge, short } from "./board.js";

const STATES = { live: ["Live", "有效", "pass"], suspended: ["Suspended", "中止", "hold"], delivered: ["Delivered", "已注销", "done"], replaced: ["Replaced", "已被替代", "done"] };
let next = null;

/** One word for each kind of right that others have in a receipt that stands. */
function burdens({ burdens: found, status }) {
  if (status === "delivered" || status === "replaced") return [];
  const words = [
    [found.pledges, "pledged", "已出质"], [found.freezes, "frozen", "已冻结"], [found.liens, "under a lien", "已留置"],
  ];
  return words.filter(([count]) => count).map(([, en, chinese]) => el("span", { class: "what" }, ...both(en, chinese)));
}

function row(receipt) {
  const [en, chinese, kind] = STATES[receipt.status];
  const lot = receipt.lot;
  return el("tr", {},
    el("th", { scope: "row" },
      el("a", { href: `/receipts/${receipt.id}` }, receipt.receipt_number || short(receipt.id)),
      el("span", { class: "what" }, ...both("issued", "签发"), " ", when(receipt.issued_at))),
    el("td", {}, lot.product || short(lot.lot_id), el("span", { class: "what" }, [lot.label, lot.bay, lot.site].filter(Boolean).join(" · "))),
    el("td", { class: "num" }, receipt.quantity),
    el("td", {}, member(receipt.holder)),
    el("td", {}, badge(kind, en, chinese), ...burdens(receipt)));
}

async function more() {
  const page = await json("/v1/receipts?limit=50" + (next ? `&cursor=${next}` : ""));
  next = page.next;
  $("receipts").tBodies[0].append(...page.items.map(row));
  $("more").hidden = next === null;
  $("no-receipts").hidden = $("receipts").tBodies[0].rows.length > 0;
  $("receipts").hidden = !$("no-receipts").hidden;
}

async function load() {
  next = null;
  $("receipts").tBodies[0].replaceChildren();
  await more();
  const pages = await Promise.all(["REJECT", "HOLD"].map((kind) => json(`/v1/decisions?limit=20&decision=${kind}`)));
  const refused = pages.flatMap((page) => page.items).sort((a, b) => b.decided_at - a.decided_at);
  $("refused-section").hidden = refused.length === 0;
  $("refused").replaceChildren(...refused.map((board) => {
    const [en, chinese] = PURPOSES[board.purpose] || [board.purpose, ""];
    return el("li", {}, decisionBadge(board.decision), " ", el("a", { href: `/decisions/${board.decision_id}` }, ...both(en, chinese)),
      " · ", when(board.decided_at), el("p", {}, board.detail || ""));
  }));
}

$("more").addEventListener("click", more);
await start(load);
