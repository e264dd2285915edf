// The clock: what time it is for the gateway, what comes next, and moving on to it.
// Every due notification is sent and answered before a move ends.

import { call, read } from "./api.js";
import { action, facts, h, head } from "./dom.js";
import { preview } from "./dock.js";
import { span, time } from "./format.js";
import { now, refresh, state } from "./live.js";

export const STEPS = [["+1 s", 1], ["+1 min", 60], ["+14 min", 840], ["+1 h", 3_600], ["+7 d", 604_800]];
const WHY = { 1: "", 60: "", 840: "a payment is closed", 3_600: "a session expires", 604_800: "an authorization expires" };

export async function clockView(root) {
  const about = h("div", { class: "card hero" });
  const seconds = h("input", { type: "number", min: "0", step: "1", value: "10", inputmode: "numeric", "aria-label": "Seconds" });
  const own = () => call("advance", {}, { seconds: Number(seconds.value) });
  seconds.addEventListener("input", () => preview(own()));
  const toNext = () => {
    const due = state.overview.nextDueAt;
    const left = due ? Math.ceil((Date.parse(due) - Date.parse(now())) / 1_000) : 0;
    return call("advance", {}, { seconds: Math.max(0, left) });
  };
  const step = ([label, amount]) => h("div", {}, action(label, () => call("advance", {}, { seconds: amount }), { done: refresh }), h("small", { class: "quiet" }, WHY[amount]));
  root.append(
    head("Clock", "Virtual time. It stops at every moment at which something is due, and goes on when all of it was answered.", "clock"),
    about,
    h("div", { class: "card" }, h("h2", {}, "Move on"), h("div", { class: "row buttons steps-big" }, STEPS.map(step)),
      h("div", { class: "row" }, action("To what is next", toNext, { tone: "good", done: refresh }), seconds, action("Move on by so many seconds", own, { done: refresh }))),
  );
  return {
    refresh: async () => {
      const clock = await read("clock");
      const due = state.overview.nextDueAt;
      about.replaceChildren(
        h("p", { class: "sum" }, `${clock.now.slice(0, 10)} ${clock.now.slice(11, 19)} UTC`),
        facts([
          ["Gateway's home", at8(clock.epochMillis)],
          ["Mode", clock.mode === "manual" ? "manual: it moves only here" : clock.speed > 1 ? `real, ${clock.speed} times as fast` : "real"],
          ["Epoch", h("code", {}, `${clock.epochMillis} ms`)],
          ["Next", due ? `${time(due, clock.now)}, in ${span(Math.max(0, Date.parse(due) - clock.epochMillis))}` : "nothing is due"],
        ]));
    },
  };
}

function at8(epochMillis) {
  return `${new Date(epochMillis + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")} UTC+8`;
}
