// Error scenarios: for a while every call of an operation is answered with one code, as the vendor's dashboard can.
// Single calls go wrong by faults.

import { bodySchema, call, read } from "./api.js";
import { action, empty, h, head, list, pill } from "./dom.js";
import { schemaForm } from "./forms.js";
import { span, time } from "./format.js";
import { now, refresh } from "./live.js";

/** The operations of the gateway that go wrong most usefully; any other may be typed. */
export const OPERATIONS = ["pay", "createPaymentSession", "inquiryPayment", "capture", "cancel", "refund", "inquiryRefund", "consult"];

export async function scenariosView(root) {
  const running = h("div", { class: "stack" });
  const named = h("div", { class: "stack" });
  const form = await schemaForm(await bodySchema("startScenario"), { suggest: { api: OPERATIONS }, request: (body) => call("startScenario", {}, body) });
  root.append(
    head("Scenarios", "For a while, an operation answers one code to everything.", "scenarios", {}, action("End all", () => call("endScenarios"), { tone: "bad", done: refresh })),
    running,
    named,
    h("div", { class: "card" }, h("h2", {}, "Start one"), form.element, h("div", { class: "row" }, action("Start", () => call("startScenario", {}, form.value()), { tone: "good", done: refresh }))),
  );
  const card = (one) => h("div", { class: "card row spread" },
    h("div", { class: "row" }, h("code", {}, one.api), pill(one.resultCode, "bad"), one.clientId && h("span", { class: "quiet" }, `for ${one.clientId}`)),
    h("span", { class: "quiet", title: one.until }, `until ${time(one.until, now())}, ${span(Math.max(0, Date.parse(one.until) - Date.parse(now())))} left`));
  const namedCard = (one) => h("div", { class: "card row spread" }, h("div", {}, h("b", {}, one.name), h("div", { class: "quiet" }, one.description)),
    action("Start", () => call("startNamed", { name: one.name }), { tone: "good", done: refresh }));
  return {
    refresh: async () => {
      const { scenarios, named: inFile } = await read("scenarios");
      list(named, inFile, (one) => one.name, namedCard);
      if (scenarios.length) list(running, scenarios, (one) => JSON.stringify(one), card);
      else running.replaceChildren(empty("No scenario runs."));
    },
  };
}
