// The five-match board, the frames and the evidence, for a receipt as for a decision.

import { $, both, bytes, copyButton, el, json, member, when, zh } from "./common.js";
import { goodsFigure } from "./goods.js";

const MATCHES = {
  goods: ["Goods", "货物", "Is the quantity there, and is it the quality?"],
  location: ["Location", "货位", "Is it where the receipt says?"],
  label: ["Label", "标签", "Does every package carry its own number?"],
  ledger: ["Ledger", "账目", "Is nothing promised twice?"],
  title: ["Title", "权利", "Do document, order and chain agree?"],
};
const OUTCOMES = { pass: ["Match", "一致"], hold: ["Hold", "待核"], fail: ["No match", "不符"] };
const DECISIONS = { ACCEPT: ["Accepted", "通过", "pass"], HOLD: ["On hold", "待核", "hold"], REJECT: ["Refused", "拒绝", "fail"] };
export const PURPOSES = {
  issue: ["Issue", "签发"],
  transfer: ["Transfer", "转让"],
  delivery: ["Delivery", "提货"],
  suspend: ["Suspension", "中止"],
  reinstate: ["Reinstatement", "恢复"],
  supersede: ["Correction or extension", "更正或展期"],
  "partial-delivery": ["Delivery in part", "部分提货"], pledge: ["Pledge", "出质"],
  "pledged-transfer": ["Transfer of a pledged receipt", "质押仓单转让"], margin: ["Margin call", "追加担保通知"],
  foreclosure: ["Sale after default", "违约处置变卖"], "pledge-substitute": ["Goods substituted", "置换质物"],
  "pledge-bond": ["Issue of a pledge bond", "签发质入证券"], "bond-redeem": ["Redemption of a pledge bond", "质入证券清偿"],
  "bond-joint-delivery": ["Delivery by both holders", "双方提货"], "bond-delivery": ["Delivery under a due pledge bond", "质入证券到期提货"],
  origin: ["Origin noted", "来源登记"], paper: ["Put on paper", "转为纸质仓单"], electronic: ["Put into electronic form", "转为电子仓单"],
  "loss-notice": ["Notice of loss", "挂失"], "loss-withdrawal": ["Notice of loss withdrawn", "撤销挂失"], replacement: ["Replacement after loss", "遗失补发"],
  shortage: ["Shortage shared", "短少分摊"], "lien-tender": ["Storage fees tendered", "提存仓储费"], "lot-series": ["Price series of a lot", "批次价格序列"],
};

export function badge(kind, en, chinese) {
  return el("span", { class: `badge ${kind}` }, ...both(en, chinese));
}

export const decisionBadge = (decision) => {
  const [en, chinese, kind] = DECISIONS[decision];
  return badge(kind, en, chinese);
};

export function showBoard(board) {
  $("board-none").hidden = board !== null;
  $("board").hidden = board === null;
  if (board === null) return;
  const matched = board.matches.filter((match) => match.outcome === "pass").length;
  $("verdict").replaceChildren(decisionBadge(board.decision), ` ${matched} of ${board.matches.length}`);
  const [en, chinese] = PURPOSES[board.purpose] || [board.purpose, ""];
  const names = board.attesters.map((ref) => ref.name).join(", ");
  $("board-about").replaceChildren(
    `${en} `, zh(chinese), " · decided ", when(board.decided_at),
    names ? ` · recomputed and signed by ${names}` : " · signed by no attester",
  );
  $("board").replaceChildren(...board.matches.map((match) => showMatch(match, board.purpose)));
}

function showMatch(match, purpose) {
  const [en, chinese, question] = MATCHES[match.name] || [match.name, "", ""];
  const [word, wordZh] = OUTCOMES[match.outcome];
  const checks = match.checks.map((check) => {
    const item = el("li", { class: check.outcome }, el("span", { class: "hide" }, `${OUTCOMES[check.outcome][0]}: `), sentence(check.text));
    const figure = goodsFigure(check.numbers, purpose === "delivery");
    if (figure) item.append(figure);
    return item;
  });
  return el(
    "li", { class: `match ${match.outcome}` },
    el("div", { class: "match-head" },
      el("h3", {}, ...both(en, chinese)),
      badge(match.outcome, word, wordZh),
      el("p", { class: "question" }, question)),
    el("ul", { class: "checks" }, ...checks),
  );
}

/** Under the goods match: how the goods were weighed when the receipt was issued, if this board says not. */
export function showWeighing(issued) {
  const goods = issued.matches.find((match) => match.name === "goods");
  const check = goods?.checks.find((found) => goodsFigure(found.numbers, false));
  const list = $("board").querySelector(".checks");
  if (!check || list.querySelector(".goods")) return;
  list.append(el("li", { class: check.outcome }, "Weighed when issued, ", when(issued.observed_at), " ", zh("签发时称重"), ": ",
    check.text + ".", goodsFigure(check.numbers, false)));
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.…]$/.test(text) ? "" : ".");

// --- frames ---

let urls = [];
let shown = 0;
let captions = [];

export async function showFrames(list) {
  for (const url of urls) URL.revokeObjectURL(url);
  const items = list === null ? [] : list.items;
  $("frames-section").hidden = items.length === 0;
  captions = items.map((item) => item.caption);
  urls = await Promise.all(items.map(async (item) => URL.createObjectURL(await bytes(item.href))));
  $("frames").replaceChildren(
    ...items.map((item, n) => {
      const button = el("button", { type: "button", class: "frame", "aria-label": `Enlarge: ${item.caption}` },
        el("img", { src: urls[n], alt: item.caption }));
      button.addEventListener("click", () => open(n));
      return el("li", {}, button, el("p", {}, item.caption));
    }),
  );
}

function open(n) {
  shown = (n + urls.length) % urls.length;
  $("viewer-image").src = urls[shown];
  $("viewer-image").alt = captions[shown];
  $("viewer-caption").textContent = `${captions[shown]} (${shown + 1} of ${urls.length})`;
  if (!$("viewer").open) $("viewer").showModal();
}

export function wireViewer() {
  $("viewer-back").addEventListener("click", () => open(shown - 1));
  $("viewer-next").addEventListener("click", () => open(shown + 1));
  $("viewer-close").addEventListener("click", () => $("viewer").close());
  $("viewer").addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") open(shown - 1);
    if (event.key === "ArrowRight") open(shown + 1);
  });
  $("viewer").addEventListener("click", (event) => {
    if (event.target === $("viewer")) $("viewer").close();
  });
}

// --- evidence ---

function digest(name, chinese, value) {
  return el("div", {}, el("dt", {}, ...both(name, chinese)), el("dd", {}, el("code", {}, value), copyButton(value, name)));
}

const size = (bytesOf) => (bytesOf < 1024 ? `${bytesOf} B` : `${(bytesOf / 1024).toFixed(1)} KiB`);

export function bundle(item, open) {
  const [en, chinese] = PURPOSES[item.purpose] || [item.purpose, ""];
  const rows = item.files.map((file) =>
    el("tr", {},
      el("th", { scope: "row" }, file.name, el("span", { class: "what" }, file.what)),
      el("td", { "data-label": "sha256" }, el("code", { title: file.sha256 }, short(file.sha256)), copyButton(file.sha256, `sha256 of ${file.name}`)),
      el("td", { "data-label": "CID" }, el("code", { title: file.cid }, short(file.cid)), copyButton(file.cid, `CID of ${file.name}`)),
      el("td", { class: "num", "data-label": "Size" }, size(file.size_bytes))));
  return el(
    "details", { class: "bundle", open },
    el("summary", {}, el("b", {}, ...both(en, chinese)), " · evidence of ", when(item.observed_at),
      ` · ${item.files.length} files`, item.tx_hash ? "" : " · nothing was written on the chain"),
    el("dl", { class: "digests" },
      digest("Evidence digest", "证据摘要", item.evidence_digest),
      digest("Evidence CID", "证据 CID", item.evidence_cid),
      digest("Policy digest", "规则摘要", item.policy_digest),
      item.tx_hash ? digest("Transaction", "链上交易", item.tx_hash) : null),
    rows.length
      ? el("table", { class: "files" },
          el("thead", {}, el("tr", {},
            el("th", { scope: "col" }, ...both("File", "文件")), el("th", { scope: "col" }, "sha256"),
            el("th", { scope: "col" }, "CID"), el("th", { scope: "col", class: "num" }, ...both("Size", "大小")))),
          el("tbody", {}, ...rows))
      : null,
  );
}

export const short = (text) => (text.length > 24 ? `${text.slice(0, 12)}…${text.slice(-8)}` : text);
export { json, member };
