// The ledger: what really happened to the money, order by order, and what a merchant must never do.
// It is the same that tests compare a merchant's books with.

import { call, read } from "./api.js";
import { empty, h, head, list, pill } from "./dom.js";
import { preview } from "./dock.js";
import { major } from "./format.js";
import { state } from "./live.js";

const SHOWN = 200;
const MEANING = {
  same_id_other_content: "one request id was used for two different requests",
  capture_exceeds_authorization: "more was to be captured than is authorized",
  refund_exceeds_captured: "more was to be sent back than was captured",
  chinese_characters: "a text holds Chinese characters",
};

export async function ledgerView(root) {
  const params = () => ({ clientId: state.client });
  const search = h("input", { type: "search", placeholder: "Order or request id  ( / )", "aria-label": "Search orders" });
  const violations = h("div", {});
  const orders = h("div", { class: "stack" });
  const none = h("div", {});
  let found = { orders: {}, violations: [] };
  const fill = () => {
    const wanted = search.value.trim();
    const admits = ([order, entry]) => !wanted || order.includes(wanted) || entry.attempts.some((one) => one.paymentRequestId.includes(wanted));
    const matching = Object.entries(found.orders).filter(admits);
    list(orders, matching.slice(0, SHOWN), ([order]) => order, orderCard);
    none.replaceChildren(matching.length > SHOWN ? h("p", { class: "quiet" }, `${SHOWN} of ${matching.length} orders; search for others.`) : matching.length ? "" : empty("No order."));
    violations.replaceChildren(violationsCard(found.violations));
  };
  search.addEventListener("input", () => {
    preview(call("ledger", params()));
    fill();
  });
  root.append(head("Ledger", "What really happened to the money, order by order.", "ledger"), violations, h("div", { class: "filters" }, search), orders, none);
  return {
    refresh: async () => {
      found = await read("ledger", params());
      fill();
    },
  };
}

function violationsCard(violations) {
  if (!violations.length) return h("p", { class: "card good-news" }, pill("no violations", "good"), " Nothing was done that a merchant must never do.");
  const row = (one) => h("tr", {}, h("td", {}, pill(one.rule, "bad")), h("td", {}, h("code", {}, one.id)), h("td", { class: "quiet" }, one.detail || MEANING[one.rule] || ""));
  return h("div", { class: "card bad-news scroll" }, h("h2", {}, `Violations (${violations.length})`), h("table", {}, h("tbody", {}, violations.map(row))));
}

function orderCard([order, entry]) {
  const successes = entry.attempts.filter((one) => one.executed.pay > 0).length;
  const columns = ["authorized", "captured", "refunded", "voided", "held"];
  const row = (one) => h("tr", {},
    h("td", {}, h("code", {}, one.paymentRequestId)), h("td", {}, pill(one.status)),
    columns.map((name) => h("td", { class: one[name] === "0" ? "num zero" : "num" }, major(one[name], entry.currency))));
  return h("div", { class: "card scroll" },
    h("div", { class: "row spread" }, h("b", {}, order), h("span", {}, successes > 1 && pill(`${successes} successes`, "busy"), h("span", { class: "amount" }, `holds ${entry.currency} ${major(entry.held, entry.currency)}`))),
    h("table", {}, h("thead", {}, h("tr", {}, h("th", {}, "attempt"), h("th", {}, "status"), columns.map((name) => h("th", { class: "num" }, name)))), h("tbody", {}, entry.attempts.map(row))));
}
