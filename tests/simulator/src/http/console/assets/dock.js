// The line at the foot of the page: the next or the last call as a curl line, what came of it, and those before it.
// Calls are made in `dom` and `api`.

import { curl } from "./api.js";

const KEPT = 40;
const READ_MS = 800;
const calls = [];
let parts;
let toldAt = -READ_MS;

function make(tag, props = {}, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}

/** Builds the line into its place. */
export function mount(dock) {
  const line = make("code", { className: "line", tabIndex: 0 });
  const state = make("span", { className: "state" });
  const copyLine = make("button", { type: "button", className: "mini", textContent: "Copy" });
  const more = make("button", { type: "button", className: "mini", textContent: "Calls" });
  const log = make("ol", { className: "calls", hidden: true });
  const told = make("p", { className: "told" });
  told.setAttribute("role", "status");
  const spoken = make("p", { className: "spoken" });
  spoken.setAttribute("aria-live", "polite");
  copyLine.setAttribute("aria-label", "Copy the curl line");
  more.setAttribute("aria-expanded", "false");
  copyLine.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(line.textContent);
    announce("Copied");
    copyLine.textContent = "Copied";
    setTimeout(() => (copyLine.textContent = "Copy"), 1200);
  });
  more.addEventListener("click", () => {
    log.hidden = !log.hidden;
    more.setAttribute("aria-expanded", String(!log.hidden));
  });
  dock.replaceChildren(told, log, make("div", { className: "bar" }, line, state, copyLine, more), spoken);
  parts = { dock, line, state, log, told, spoken };
  line.textContent = "Each button shows its call here.";
}

/** Shows a call before it is made, but not over what has just come of another one. */
export function preview(request) {
  if (!request || performance.now() - toldAt < READ_MS) return;
  parts.line.textContent = curl(request);
  parts.state.textContent = "";
  parts.state.className = "state";
  parts.told.textContent = "";
}

/** Shows a call and what came of it. */
export function report(request, { status, ms, message, code }) {
  toldAt = performance.now();
  parts.line.textContent = curl(request);
  const good = status >= 200 && status < 300;
  parts.state.textContent = status ? `${status} · ${Math.max(1, Math.round(ms))} ms` : "no answer";
  parts.state.className = good ? "state good" : "state bad";
  parts.told.textContent = good ? "" : `${code || "error"}: ${message || "the simulator does not answer"}`;
  calls.unshift({ text: parts.line.textContent, state: parts.state.textContent, good });
  calls.length = Math.min(calls.length, KEPT);
  const entry = (one) =>
    make("li", {}, make("code", { textContent: one.text }), make("span", { className: one.good ? "state good" : "state bad", textContent: one.state }));
  parts.log.replaceChildren(...calls.map(entry));
}

/** Says something to those who cannot see it. */
export function announce(text) {
  parts.spoken.textContent = text;
}
