// Elements without markup: text is only ever set as text, so that nothing from outside becomes part of the page.
// What is shown is decided by the views.

import { call, curl, send } from "./api.js";
import { announce, preview, report } from "./dock.js";

/** An element with attributes, listeners (`on…`) and children; a string is text, nothing is nothing. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** A word for a state, with a colour that never stands alone. */
export function pill(text, tone = toneOf(text)) {
  return h("span", { class: `pill ${tone}` }, text);
}

const TONES = {
  good: ["SUCCESS", "acknowledged", "done", "success", "ok", "ACCEPT"],
  bad: ["FAIL", "refused", "exhausted", "failed", "fail", "decline", "declined", "REJECT"],
  busy: ["PROCESSING", "PENDING", "pending", "in process", "challenged"],
};

function toneOf(text) {
  return Object.keys(TONES).find((tone) => TONES[tone].includes(text)) || "calm";
}

/** Whoever shares a lane waits for the call before, and for its `first`, so that each sees what the other has done. */
export const lane = (first) => ({ first, last: Promise.resolve() });

/** A button that is a call: it shows its curl line before it is pressed, and what came of it afterwards. */
export function action(label, make, { tone = "", title, sure, done, within = lane() } = {}) {
  const current = () => {
    try {
      return make();
    } catch {
      return undefined;
    }
  };
  const show = () => preview(current());
  const button = h("button", { type: "button", class: tone, title, onfocus: show, onmouseenter: show }, label);
  // Not `disabled`, which would take the focus away.
  let busy = false;
  button.addEventListener("click", async () => {
    if (busy || (sure && !confirm(sure))) return;
    busy = true;
    button.setAttribute("aria-busy", "true");
    const turn = async () => {
      await within.first?.();
      const answer = await perform(make());
      if (answer !== undefined) await done?.(answer);
    };
    within.last = within.last.then(turn, turn);
    try {
      await within.last;
    } finally {
      busy = false;
      button.removeAttribute("aria-busy");
    }
  });
  return button;
}

/** Sends a call and tells what came of it; answers nothing if it was refused. */
export async function perform(request) {
  const begun = performance.now();
  try {
    const { status, answer } = await send(request);
    report(request, { status, ms: performance.now() - begun });
    return answer;
  } catch (error) {
    report(request, { status: error.status || 0, ms: performance.now() - begun, message: error.message, code: error.code });
    return undefined;
  }
}

/** A button that copies a text. */
export function copy(text, label = "Copy") {
  const button = h("button", { type: "button", class: "mini", "aria-label": `${label}: ${String(text).slice(0, 60)}` }, label);
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    await navigator.clipboard?.writeText(String(text));
    button.textContent = "Copied";
    announce("Copied");
    setTimeout(() => (button.textContent = label), 1200);
  });
  return button;
}

/** An id in full, with a way to copy it. */
export function id(text) {
  return text ? h("span", { class: "id" }, h("code", {}, text), copy(text)) : h("span", { class: "quiet" }, "none");
}

/** Terms and their values. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return h("dl", { class: "facts" }, shown.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

/** JSON, folded away. */
export function json(value, label = "JSON") {
  return h("details", { class: "raw" }, h("summary", {}, label), h("pre", { tabindex: "0" }, JSON.stringify(value, null, 2)));
}

/** The head of a view: its name, what it is for, the call behind it, and what else belongs there. */
export function head(title, text, route, params = {}, ...more) {
  const line = h("button", { type: "button", class: "mini", title: "Show the call behind this view" }, "curl");
  const show = () => preview(call(route, params));
  line.addEventListener("click", show);
  line.addEventListener("focus", show);
  line.addEventListener("mouseenter", show);
  return h("div", { class: "head" }, h("div", {}, h("h1", {}, title), text && h("p", { class: "quiet" }, text)), h("div", { class: "row" }, more, route && line));
}

export function empty(text) {
  return h("p", { class: "empty" }, text);
}

/** Keeps the elements of a list that have not changed, so that focus, selections and open parts survive. */
export function list(container, items, keyOf, build) {
  const known = container.known || new Map();
  const next = new Map();
  const nodes = items.map((item) => {
    const key = keyOf(item);
    const state = JSON.stringify(item);
    const old = known.get(key);
    if (old && old.state === state) {
      next.set(key, old);
      return old.node;
    }
    const node = build(item);
    if (old) inherit(old.node, node);
    next.set(key, { state, node });
    return node;
  });
  const same = nodes.length === container.children.length && nodes.every((node, place) => container.children[place] === node);
  if (!same) {
    const focused = document.activeElement;
    container.replaceChildren(...nodes);
    if (focused && container.contains(focused)) focused.focus();
  }
  container.known = next;
}

/** An element that takes the place of another one is as open, and has the same part focused. */
function inherit(old, node) {
  const openOf = (root) => [...root.querySelectorAll("details")].concat(root.matches("details") ? [root] : []);
  const opened = openOf(old).map((one) => one.open);
  openOf(node).forEach((one, place) => (one.open = opened[place] ?? one.open));
  if (!old.contains(document.activeElement)) return;
  const controls = (root) => [...root.querySelectorAll("a, button, input, select, textarea, summary")];
  const place = controls(old).indexOf(document.activeElement);
  queueMicrotask(() => controls(node)[place]?.focus());
}

export { call, curl };
