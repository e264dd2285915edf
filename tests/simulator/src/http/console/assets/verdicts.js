// Verdicts: what was found in the merchant's requests, field by field, however often it came.
// The journal shows them call by call.

import { read } from "./api.js";
import { h, head, pill } from "./dom.js";
import { plural } from "./format.js";
import { state } from "./live.js";

export function verdictsView(root) {
  const summary = h("div", {});
  const table = h("div", {});
  root.append(head("Verdicts", "Every request is held against the gateway's documented messages: unknown fields, wrong types, texts that are too long.", "verdicts"), summary, table);
  let shown;
  return {
    refresh: async () => {
      const found = await read("verdicts", { clientId: state.client });
      const text = JSON.stringify(found);
      if (text === shown) return;
      shown = text;
      summary.replaceChildren(sum(found));
      table.replaceChildren(found.findings.length ? fields(found) : "");
    },
  };
}

function sum({ requests, withFindings, kinds }) {
  if (!withFindings) {
    const told = requests ? ` ${plural(requests, "request")}, each as documented.` : " No request yet.";
    return h("p", { class: "card good-news" }, pill("nothing found", "good"), told);
  }
  return h("div", { class: "card bad-news" },
    h("p", {}, h("b", {}, `${withFindings} of ${plural(requests, "request")}`), " with findings."),
    h("p", { class: "row" }, Object.entries(kinds).map(([kind, count]) => pill(`${kind} ${count}`, "bad"))));
}

function fields({ findings, notListed }) {
  const row = (one) => h("tr", {},
    h("td", { class: "num" }, one.count), h("td", {}, one.operation), h("td", {}, h("code", {}, one.path)), h("td", {}, pill(one.kind, "bad")), h("td", { class: "quiet" }, one.detail));
  const columns = ["count", "operation", "field", "kind", "what"].map((name) => h("th", { class: name === "count" ? "num" : "" }, name));
  return h("div", { class: "card scroll" },
    h("table", {}, h("thead", {}, h("tr", {}, columns)), h("tbody", {}, findings.map(row))),
    notListed > 0 && h("p", { class: "quiet" }, `${notListed} more that are not kept apart.`));
}
