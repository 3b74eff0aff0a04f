// Signing in, asking the API, and building what is shown. No HTML is ever made from text.

const KEY = "holdfast-token";

export const $ = (id) => document.getElementById(id);

/** Make an element. Attributes by name; children are nodes or text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export const zh = (text) => el("span", { lang: "zh" }, text);

/** English with Chinese beside it. */
export const both = (en, chinese) => [en, " ", zh(chinese)];

/** Unix seconds in China Standard Time, with the zone. */
export function when(seconds) {
  const text = new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 19).replace("T", " ");
  return el("time", { datetime: new Date(seconds * 1000).toISOString() }, `${text} UTC+8`);
}

export const member = (ref) =>
  el("span", { class: "member" }, ref.name, " ", zh(ref.name_zh), el("span", { class: "no" }, ` №${ref.member_id}`));

export function copyButton(text, what) {
  return el("button", { type: "button", class: "copy", "data-copy": text, "aria-label": `Copy the ${what}` }, "Copy");
}

export function notice(text, kind = "") {
  const box = $("notice");
  box.textContent = text;
  box.className = `notice ${kind}`;
  box.hidden = !text;
}

class Unauthorised extends Error {}

async function ask(path, extra = {}) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY)}`, ...extra };
  let answer;
  try {
    answer = await fetch(path, { headers, cache: "no-store" });
  } catch {
    throw new Error("Holdfast does not answer at the moment; nothing was changed. Please try again. 系统暂无响应，未作任何变更，请稍后再试。");
  }
  if (answer.status === 401) throw new Unauthorised((await answer.json()).detail);
  return answer;
}

/** JSON of an address; null for 404; an Error with the problem's detail for anything else. */
export async function json(path) {
  const answer = await ask(path);
  if (answer.status === 404) return null;
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || `the answer was ${answer.status}`);
  return body;
}

export async function bytes(path) {
  const answer = await ask(path);
  if (!answer.ok) throw new Error((await answer.json()).detail || `the answer was ${answer.status}`);
  return answer.blob();
}

/** Fetch a file with the token and hand it to the browser as a download. */
export async function download(path, name) {
  try {
    const link = el("a", { href: URL.createObjectURL(await bytes(path)), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  } catch (error) {
    notice(`Not downloaded: ${error.message}`, "fail");
  }
}

/** Follow the event stream, resuming after breaks; `on` gets each event. */
export async function follow(on) {
  let last = null;
  for (;;) {
    try {
      const answer = await ask("/v1/events", last === null ? {} : { "Last-Event-ID": String(last) });
      if (!answer.ok) throw new Error("no stream");
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const parts = (rest + value).split("\n\n");
        rest = parts.pop();
        for (const part of parts) {
          const data = part.split("\n").find((line) => line.startsWith("data: "));
          if (!data) continue;
          const event = JSON.parse(data.slice(6));
          last = event.position;
          on(event);
        }
      }
    } catch (error) {
      if (error instanceof Unauthorised) return;
    }
    await new Promise((done) => setTimeout(done, 3000));
  }
}

function showSignIn(why) {
  $("content").hidden = true;
  $("loading").hidden = true;
  $("who").hidden = true;
  $("sign-in").hidden = false;
  notice(why || "", why ? "fail" : "");
  $("token").focus();
}

/** Show the page with what `load` fetches; sign in first where there is no token that holds. */
export async function start(load) {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname + location.search); // keep it out of the history
  }
  const run = async () => {
    if (!sessionStorage.getItem(KEY)) return showSignIn("");
    $("sign-in").hidden = true;
    try {
      const members = await json("/v1/members");
      const you = members.items.find((item) => item.member_id === members.you);
      $("who-name").replaceChildren(member(you));
      $("who").hidden = false;
      await load(you);
      $("loading").hidden = true;
      $("content").hidden = false;
    } catch (error) {
      if (error instanceof Unauthorised) {
        sessionStorage.removeItem(KEY);
        return showSignIn(`Please sign in again: ${error.message}. 请重新登录。`);
      }
      $("loading").hidden = true;
      notice(error.message, "fail");
    }
  };
  $("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, $("token").value.trim());
    $("token").value = "";
    notice("");
    $("loading").hidden = false;
    run();
  });
  $("sign-out").addEventListener("click", () => {
    sessionStorage.removeItem(KEY);
    location.assign("/");
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  await run();
}
