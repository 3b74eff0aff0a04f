// One decision: for those that no receipt came of, and the earlier ones of a receipt.

import { $, both, el, json, start } from "./common.js";
import { PURPOSES, bundle, showBoard, showFrames, short, wireViewer } from "./board.js";

const base = `/v1/decisions/${$("decision").dataset.id}`;

async function load() {
  const board = await json(base);
  if (board === null) throw new Error("There is no such decision that you may see. 没有可查看的该决定。");
  const [frames, evidence] = await Promise.all([json(`${base}/frames`), json(`${base}/evidence`)]);
  const [en, chinese] = PURPOSES[board.purpose] || [board.purpose, ""];
  $("headline").replaceChildren(...both(en, chinese));
  const links = board.receipt_ids.map((id) => el("a", { href: `/receipts/${id}` }, short(id)));
  const box = $("outcome");
  box.hidden = false;
  if (board.tx_hash) {
    box.replaceChildren("On the chain. ", ...links.flatMap((link) => [link, " "]));
  } else {
    box.className = "notice fail";
    box.replaceChildren("Nothing was issued and nothing moved. ", el("span", { lang: "zh" }, "未签发、未变动任何权利。"),
      board.detail ? ` ${board.detail}.` : "");
  }
  showBoard(board);
  $("evidence").replaceChildren(bundle(evidence, true));
  await showFrames(frames);
}

wireViewer();
await start(load);
