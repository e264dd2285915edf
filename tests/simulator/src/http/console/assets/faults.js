// Faults: the rules in force and how far their scripts have come, new ones, and sets of them for one click.
// What a fault does is said in the simulator's README.

import { bodySchema, call, read } from "./api.js";
import { action, empty, h, head, lane, list, pill } from "./dom.js";
import { preview } from "./dock.js";
import { schemaForm } from "./forms.js";
import { refresh } from "./live.js";
import { OPERATIONS } from "./scenarios.js";

const rule = (target, when, kind, measures = {}) => ({ target, ...when, do: { kind, ...measures } });
const TARGETS = ["*", "notification:*", "notification:PAYMENT_RESULT", "notification:CAPTURE_RESULT", "notification:REFUND_RESULT", ...OPERATIONS];
const share = (probability) => ({ probability });
const PRESETS = [
  ["Answers get lost", "One call in five takes effect and is never answered", [rule("*", share(0.2), "timeout_after_effect", { ms: 1_000 })]],
  ["Slow gateway", "Every answer is held back for 2 s", [rule("*", share(1), "latency", { ms: 2_000 })]],
  ["Gateway down", "Every call is answered 503 without effect", [rule("*", share(1), "status", { status: 503 })]],
  ["Told twice", "Every notification comes twice", [rule("notification:*", share(1), "duplicate")]],
  ["Out of order", "Half of the notifications are overtaken", [rule("notification:*", share(0.5), "reorder", { ms: 20_000 })]],
  ["Lost notifications", "The first send of three in a row is lost", [rule("notification:*", { script: [true, true, true, false] }, "drop")]],
  ["Forged", "One notification in three has a wrong signature", [rule("notification:*", share(0.33), "bad_signature")]],
  ["Wrong amounts", "One notification in three tells another amount", [rule("notification:*", share(0.33), "wrong_amount")]],
  ["A bad day", "A little of everything", [
    rule("*", share(0.05), "status", { status: 500 }), rule("*", share(0.05), "drop"), rule("*", share(0.05), "timeout_after_effect", { ms: 1_000 }),
    rule("notification:*", share(0.1), "duplicate"), rule("notification:*", share(0.1), "reorder", { ms: 10_000 }), rule("*", share(0.05), "unknown_field"),
  ]],
];

export async function faultsView(root) {
  const rules = h("div", { class: "stack" });
  let plan = { rules: [] };
  // All rules are sent with every change: each change begins with the rules as they are then.
  const within = lane(async () => { plan = await read("faults"); });
  const schema = (await bodySchema("setFaults")).properties.rules.items;
  const form = await schemaForm(schema, { hide: ["script", "next"], labels: { do: "what goes wrong", probability: "probability (0 to 1; always if empty)" }, suggest: { target: TARGETS }, request: () => added() });
  const script = h("input", { type: "text", placeholder: "0 1 0 0 1: one for each message", "aria-label": "Script", autocomplete: "off" });
  const added = () => {
    const entries = script.value.trim() ? script.value.trim().split(/[\s,]+/).map((word) => ["1", "true", "x"].includes(word)) : undefined;
    const { target, probability, do: fault } = form.value();
    const one = { target, ...(entries ? { script: entries } : probability === undefined ? {} : { probability }), do: fault };
    return call("setFaults", {}, { ...plan, rules: [...plan.rules, one] });
  };
  script.addEventListener("input", () => preview(added()));
  const preset = ([label, text, set]) => action(label, () => call("setFaults", {}, { rules: set }), { title: text, done: refresh, within });
  const without = (gone) => {
    const place = plan.rules.findIndex((one) => told(one) === told(gone));
    return plan.rules.filter((_, other) => other !== place);
  };
  const card = ({ one }) => h("div", { class: "card row spread" },
    h("div", { class: "row" }, h("code", {}, one.target), pill(one.do.kind, "busy"), h("span", { class: "quiet" }, when(one)), h("span", { class: "quiet" }, measures(one.do))),
    action("Remove", () => call("setFaults", {}, { ...plan, rules: without(one) }), { tone: "mini", done: refresh, within }));
  root.append(
    head("Faults", "The first rule that fires decides. Money and books stay right, whatever is told.", "faults", {},
      action("Clear all", () => call("clearFaults"), { tone: "bad", done: refresh, within })),
    rules,
    h("div", { class: "card" }, h("h2", {}, "Presets"), h("p", { class: "quiet" }, "Each takes the place of all rules."), h("div", { class: "row buttons" }, PRESETS.map(preset))),
    h("div", { class: "card" }, h("h2", {}, "Add a rule"), form.element, h("label", { class: "field" }, h("span", {}, "script (instead of a probability)"), script),
      h("div", { class: "row" }, action("Add", added, { tone: "good", done: refresh, within }))),
  );
  return {
    refresh: async () => {
      plan = await read("faults");
      const items = plan.rules.map((one, place) => ({ one, place }));
      if (!items.length) rules.known = undefined;
      if (items.length) list(rules, items, ({ place }) => place, card);
      else rules.replaceChildren(empty("Nothing goes wrong."));
    },
  };
}

/** A rule apart from how far its script has come. */
const told = ({ next, ...rule }) => JSON.stringify(rule);

function when(one) {
  if (!one.script) return one.probability === 1 ? "always" : `with probability ${one.probability}`;
  const shown = one.script.map((fires, place) => (place < one.next ? "·" : fires ? "✕" : "○")).join(" ");
  return `by script ${shown}`;
}

function measures(fault) {
  return [fault.ms !== undefined && `${fault.ms} ms`, fault.status && `HTTP ${fault.status}`, fault.effect && "takes effect"].filter(Boolean).join(", ");
}
