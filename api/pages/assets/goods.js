// A small picture of the goods check: what was claimed, what was measured, and where the line is drawn.

const NS = "http://www.w3.org/2000/svg";
const NEEDED = ["claimed_g", "measured_g", "tolerance_g", "guard_g"];

function svg(name, attributes, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

export const tonnes = (g) => `${(g / 1e6).toLocaleString("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 })} t`;

/** The figure, or null where the check has no such numbers. Redrawn when its width changes. */
export function goodsFigure(numbers, twoSided) {
  if (!NEEDED.every((name) => name in numbers)) return null;
  const n = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]));
  const figure = document.createElement("figure");
  figure.className = "goods";
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.round(figure.clientWidth);
    if (width < 100 || width === drawn) return;
    drawn = width;
    figure.replaceChildren(draw(n, twoSided, width), legend(n));
  }).observe(figure);
  return figure;
}

function draw(n, twoSided, width) {
  const u = n.uncertainty_g ?? 0;
  const limits = twoSided ? [n.claimed_g - n.tolerance_g, n.claimed_g + n.tolerance_g] : [n.claimed_g - n.tolerance_g];
  const marks = [n.claimed_g, n.measured_g - 2 * u, n.measured_g + 2 * u];
  for (const limit of limits) marks.push(limit - n.guard_g, limit + n.guard_g);
  const span = Math.max(...marks) - Math.min(...marks) || 1;
  const low = Math.min(...marks) - span * 0.13;
  const high = Math.max(...marks) + span * 0.13;
  const x = (g) => 6 + ((g - low) / (high - low)) * (width - 12);
  const [top, base] = [40, 74];
  const root = svg("svg", { viewBox: `0 0 ${width} 116`, role: "img" });
  const words = `Claimed ${tonnes(n.claimed_g)}, measured ${tonnes(n.measured_g)} with standard uncertainty ${tonnes(u)}; accepted from ${tonnes(limits[0])} on, with a guard band of ${tonnes(n.guard_g)} on either side of the limit.`;
  root.append(svg("title", {}, words));
  const zone = (from, to, kind) => {
    const left = Math.max(x(from), 6);
    const right = Math.min(x(to), width - 6);
    root.append(svg("rect", { x: left, y: top, width: Math.max(right - left, 0), height: base - top, class: kind }));
  };
  const first = limits[0];
  const last = twoSided ? limits[1] : Infinity;
  zone(low, first - n.guard_g, "out");
  zone(first - n.guard_g, first + n.guard_g, "between");
  zone(first + n.guard_g, twoSided ? last - n.guard_g : high, "in");
  if (twoSided) {
    zone(last - n.guard_g, last + n.guard_g, "between");
    zone(last + n.guard_g, high, "out");
  }
  const label = (g, y, text, kind) => {
    const at = x(g);
    const half = text.length * 3.4;
    const anchor = at < half + 4 ? "start" : at > width - half - 4 ? "end" : "middle";
    root.append(svg("text", { x: at, y, "text-anchor": anchor, class: kind }, text));
  };
  for (const limit of limits) root.append(svg("line", { x1: x(limit), x2: x(limit), y1: top - 6, y2: base, class: "limit" }));
  root.append(svg("line", { x1: x(n.claimed_g), x2: x(n.claimed_g), y1: top - 6, y2: base + 4, class: "claimed" }));
  const y = (top + base) / 2;
  if (u > 0) {
    root.append(svg("line", { x1: x(n.measured_g - 2 * u), x2: x(n.measured_g + 2 * u), y1: y, y2: y, class: "bar-u" }));
    for (const end of [-2, 2]) {
      const at = x(n.measured_g + end * u);
      root.append(svg("line", { x1: at, x2: at, y1: y - 5, y2: y + 5, class: "bar-u" }));
    }
  }
  root.append(svg("circle", { cx: x(n.measured_g), cy: y, r: 5.5, class: "measured" }));
  const close = Math.abs(x(first) - x(n.claimed_g)) < 190;
  label(first, close ? 14 : 28, `limit ${tonnes(first)}`, "t-limit");
  if (twoSided) label(last, close ? 14 : 28, `limit ${tonnes(last)}`, "t-limit");
  label(n.claimed_g, 28, `claimed ${tonnes(n.claimed_g)}`, "t-claimed");
  label(n.measured_g, base + 22, `measured ${tonnes(n.measured_g)} ± ${tonnes(2 * u)}`, "t-measured");
  return root;
}

function legend(n) {
  const caption = document.createElement("figcaption");
  const item = (kind, text) => {
    const span = document.createElement("span");
    const swatch = document.createElement("i");
    swatch.className = kind;
    span.append(swatch, text);
    return span;
  };
  caption.append(
    item("in", "accepted"),
    item("between", `guard band ±${(n.guard_g / 1000).toLocaleString("en", { maximumFractionDigits: 1 })} kg: hold`),
    item("out", "refused"),
  );
  return caption;
}
