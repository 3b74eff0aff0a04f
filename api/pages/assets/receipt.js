// One receipt: title, board, frames, timeline, document, evidence.

import { $, both, bytes, download, el, follow, json, member, notice, start, when, zh } from "./common.js";
import { badge, bundle, short, showBoard, showFrames, showWeighing, wireViewer } from "./board.js";
import { reasons, showBurdens } from "./burdens.js";

const id = $("receipt").dataset.id;
const base = `/v1/receipts/${id}`;
const STATES = { live: ["Live", "有效", "pass"], suspended: ["Suspended", "中止", "hold"], delivered: ["Delivered", "已提货注销", "done"], replaced: ["Replaced", "已被替代", "done"] };
// Both kinds move by the same attested order (docs/adr/0034-kinds.md); what the taker gets differs.
const KINDS = {
  negotiable: ["Negotiable", "可流通（指示仓单）", "To order: it passes by endorsement, attested by the warehouse. 凭背书及保管人核验转让。"],
  "non-negotiable": ["Non-negotiable", "非流通（记名仓单）",
    "To a named holder: it passes by assignment of which the warehouse knows, and the taker gets no more than the giver had. 经保管人知悉的权利让与方可移转，受让人所得不超过让与人原有的权利。"],
};
const ACTS = {
  issued: ["Issued", "签发"], transferred: ["Transferred", "转让"], suspended: ["Suspended", "中止"],
  reinstated: ["Reinstated", "恢复"], delivered: ["Delivered and cancelled", "提货注销"],
  "delivered-in-part": ["Delivered in part", "部分提货"], "written-down": ["Written down: goods missing", "短少减记"],
  retired: ["Left this register", "转出本登记系统"], split: ["Split", "拆分"], merged: ["Merged", "合并"],
  corrected: ["Corrected", "更正"], extended: ["Extended", "展期"], replaced: ["Replaced", "替代"],
  pledged: ["Pledged", "出质"], "pledge-released": ["Pledge released", "质押解除"], "pledge-assigned": ["Pledge assigned", "质权转让"],
  "default-noticed": ["Notice of default", "违约通知"], "margin-called": ["Margin call", "追加担保通知"], "default-cured": ["Default cured", "违约补正"],
  sold: ["Sold after default", "违约处置变卖"], "pledge-paid": ["Paid to a pledge", "质权受偿"],
  frozen: ["Frozen by a court", "司法冻结"], unfrozen: ["Court case ended", "冻结解除"], "freeze-promoted": ["Waiting case came into force", "轮候冻结生效"],
  "pledges-changed": ["Pledges changed", "质押变更"], "freezes-changed": ["Court cases changed", "冻结变更"], "lien-changed": ["Storage lien changed", "留置权变更"],
  "storage-agreed": ["Storage fees agreed", "约定仓储费"], "lien-asserted": ["Storage lien asserted", "主张留置权"], "lien-paid": ["Storage fees paid", "支付仓储费"],
  "lien-discharged": ["Storage lien discharged", "留置权解除"], "lien-settled": ["Storage fees settled by a sale", "变卖清偿仓储费"],
  "goods-substituted": ["Other goods put under the pledges", "置换质物"], "price-series-set": ["Price series set", "设定价格序列"],
  "bond-issued": ["Pledge bond issued", "签发质入证券"], "bond-redeemed": ["Pledge bond redeemed", "质入证券清偿"],
  "bond-ended": ["Pledge bond ended by joint delivery", "双方提货，质入证券注销"], "bond-accounted": ["Goods under the bond accounted for", "质入证券货物清算"],
  "put-on-paper": ["Put on paper", "转为纸质仓单"], "loss-noticed": ["Notice of loss", "挂失公示"],
  "loss-notice-ended": ["Notice of loss ended", "挂失解除"], "replaced-lost": ["Replaced after loss", "遗失补发"],
};

function showTitle(receipt, title, status) {
  $("number").textContent = receipt.receipt_number || short(id);
  document.title = `${receipt.receipt_number || short(id)} · Holdfast`;
  $("id-short").textContent = `${id.slice(0, 18)}…${id.slice(-12)}`;
  $("quantity").textContent = receipt.quantity;
  $("product").textContent = receipt.lot.product;
  const [en, chinese, kind] = STATES[receipt.status];
  const [kindEn, kindZh, means] = KINDS[receipt.kind] || [receipt.kind, "", ""];
  $("state").replaceChildren(badge(kind, en, chinese), " ", el("span", { class: "quiet", title: means }, ...both(kindEn, kindZh)));
  $("holder").replaceChildren(member(title.holder));
  $("free").replaceChildren(
    title.free ? badge("pass", "Free", "可处分") : badge("fail", "Not free", "不可处分"),
    ...(title.free ? [] : [...(status ? reasons(status) : []), ...(status?.free === false ? [] : title.not_free_because.map((text) => [text, ""]))])
      .map(([en, chinese]) => el("span", { class: "why" }, ...both(en, chinese))));
  $("operator").replaceChildren(member(receipt.operator));
  $("depositor").replaceChildren(receipt.depositor ? member(receipt.depositor) : "not known here");
  $("bay").textContent = [receipt.lot.bay, receipt.lot.site].filter(Boolean).join(" · ");
  $("lot").textContent = receipt.lot.label || short(receipt.lot.lot_id);
  $("observed").replaceChildren(title.observed_at ? when(title.observed_at) : "not known here");
  const stale = title.evidence_fresh_until !== null && title.evidence_fresh_until * 1000 < Date.now();
  $("fresh").replaceChildren(
    title.evidence_fresh_until ? when(title.evidence_fresh_until) : "not known here",
    stale ? el("span", { class: "why" }, "passed: the next act takes fresh evidence ", zh("下次变动须重新取证")) : "");
  $("expires").replaceChildren(when(title.expires_at));
  $("as-of").replaceChildren(`block ${title.as_of.number.toLocaleString("en")}, `, when(title.as_of.timestamp));
}

function showTimeline(history) {
  $("timeline").replaceChildren(...history.items.map((item) => {
    const [en, chinese] = ACTS[item.act] || [item.event, "未识别事项"];
    const who = item.holder || item.previous_holder || item.member;
    const parties = item.previous_holder && item.holder
      ? [member(item.previous_holder), " → ", member(item.holder)]
      : who ? [member(who)] : [];
    const others = item.receipts.flatMap((other, n) => [n ? ", " : "", el("a", { href: `/receipts/${other}` }, short(other))]);
    const seen = item.attestation;
    return el("li", { class: item.act },
      el("p", { class: "at" }, when(item.at)),
      el("h3", {}, ...both(en, chinese), item.quantity ? ` · ${item.quantity}` : ""),
      item.act === "suspended" || item.act === "reinstated" ? el("p", {}, item.reason || "") : el("p", {}, ...parties),
      item.rest ? el("p", {}, ...both(`Rest ${item.rest}`, `余量 ${item.rest}`)) : null,
      others.length ? el("p", {}, ...both(item.act === "issued" ? "In the place of " : "Now ", item.act === "issued" ? "替代 " : "现为 "), ...others) : null,
      item.act === "other" ? el("p", { class: "quiet" }, el("code", {}, JSON.stringify(item.details))) : null,
      seen ? el("p", { class: "quiet" }, "Attested by ", zh("核验方 "),
        seen.signers.map((ref) => ref.name).join(", ") + " · evidence of ", when(seen.observed_at)) : null,
      el("p", { class: "quiet" }, `Block ${item.block_number} · transaction `, el("code", { title: item.tx_hash }, short(item.tx_hash)),
        ...(item.decision_id ? [" · ", el("a", { href: `/decisions/${item.decision_id}` }, "its board")] : [])));
  }));
}

function plain(kind, value) {
  if (kind === "time") return when(value);
  if (kind === "grams") return `${(Number(value) / 1e6).toLocaleString("en", { minimumFractionDigits: 3 })} t`;
  if (kind === "bps") return `${(value / 100).toFixed(2)} %`;
  if (kind === "bool") return value ? "yes" : "no";
  if (kind === "digest") return el("code", { title: value }, short(value));
  return String(value);
}

async function showDocument() {
  let raw;
  try {
    raw = await (await bytes(`${base}/document`)).arrayBuffer();
  } catch {
    return;
  }
  const fields = JSON.parse(new TextDecoder().decode(raw));
  for (const row of $("document").children) {
    const value = fields[row.dataset.field];
    row.hidden = value === undefined;
    if (value !== undefined) row.querySelector("dd").replaceChildren(plain(row.dataset.kind, value));
  }
  $("document-section").hidden = false;
  if (!globalThis.crypto?.subtle) return; // only over TLS or on this very machine
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
  const hex = "0x" + Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
  $("document-check").replaceChildren(
    hex === id ? badge("pass", "sha256 is the receipt's id", "摘要相符") : badge("fail", "sha256 is not the receipt's id", "摘要不符"));
}

async function load() {
  const receipt = await json(base);
  if (receipt === null) throw new Error("There is no such receipt that you may see. 没有可查看的该仓单。");
  const [title, board, frames, history, evidence, pledges, status] = await Promise.all([
    ...["title", "board", "frames", "history", "evidence"].map((part) => json(`${base}/${part}`)),
    json(`/v1/pledges?receipt_id=${id}`),
    json(`${base}/status`).catch((error) => {
      notice(`The chain does not say at the moment how this receipt stands. 链上状态暂无法查询。 ${error.message}`, "fail");
      return null;
    }),
  ]);
  showTitle(receipt, title, status);
  showBurdens(receipt, status, pledges, history);
  showBoard(board);
  showTimeline(history);
  const first = history.items[0]?.decision_id;
  if (board && first && first !== board.decision_id) {
    const issued = await json(`/v1/decisions/${first}`);
    if (issued) showWeighing(issued);
  }
  $("evidence").replaceChildren(...evidence.items.map((item, n) => bundle(item, n === 0)));
  $("evidence-section").hidden = evidence.items.length === 0;
  await Promise.all([showFrames(frames), showDocument()]);
}

wireViewer();
$("print").addEventListener("click", () => window.print());
$("get-proof").addEventListener("click", () => download(`${base}/title?proof=true`, `title-${id.slice(2, 14)}.json`));
$("get-document").addEventListener("click", () => download(`${base}/document`, `receipt-${id.slice(2, 14)}.json`));
await start(load);

let waiting = 0;
follow((event) => {
  if (event.name !== "ChainRewound" && ![event.data.receiptId, event.data.receipt_id].includes(id)) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    await load();
    notice("This page was brought up to date. 页面已更新。");
  }, 800);
});
