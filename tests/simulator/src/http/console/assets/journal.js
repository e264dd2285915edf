// The journal: every call, every act of the buyer and every notification, newest first, with what was found in them.
// The log is bounded; its hash is over all there ever was.

import { call, read } from "./api.js";
import { empty, h, head, json, list, pill } from "./dom.js";
import { preview } from "./dock.js";
import { time } from "./format.js";
import { now, state } from "./live.js";

const SHOWN = 300;

export async function journalView(root) {
  const params = () => ({ clientId: state.client });
  const search = h("input", { type: "search", placeholder: "Any text in an entry  ( / )", "aria-label": "Search the journal" });
  const entries = h("div", { class: "list" });
  const about = h("p", { class: "quiet" });
  const none = h("div", {});
  let found = { entries: [], written: 0 };
  const fill = () => {
    const wanted = search.value.trim().toLowerCase();
    const matching = found.entries.filter((entry) => !wanted || JSON.stringify(entry).toLowerCase().includes(wanted)).reverse();
    list(entries, matching.slice(0, SHOWN), (entry) => entry.number, line);
    none.replaceChildren(matching.length ? "" : empty("Nothing like that in the journal."));
    about.textContent = `${found.written} written, ${found.entries.length} kept${found.hash ? `, hash ${found.hash}` : ""}`;
  };
  search.addEventListener("input", () => {
    preview(call("journal", params()));
    fill();
  });
  root.append(head("Journal", "Every call with its verdict, every act of the buyer, every notification.", "journal"), h("div", { class: "filters" }, search), about, entries, none);
  return {
    refresh: async () => {
      found = await read("journal", params());
      fill();
    },
  };
}

function line(entry) {
  const { resultCode, outcome, fault, verdicts = [] } = entry;
  return h("details", { class: "entry" },
    h("summary", {},
      h("time", { class: "quiet", title: entry.at }, time(entry.at, now())),
      h("b", {}, entry.operation || entry.notifyType || entry.kind),
      resultCode && pill(resultCode, tone(resultCode)),
      outcome && pill(outcome),
      fault && pill(`fault: ${fault}`, "busy"),
      verdicts.length > 0 && pill(`${verdicts.length} found`, "bad"),
      h("code", { class: "quiet" }, entry.paymentRequestId || entry.id || about(entry.request))),
    verdicts.length > 0 && h("ul", { class: "verdicts" }, verdicts.map((one) => h("li", {}, pill(one.kind, "bad"), h("code", {}, one.path), h("span", { class: "quiet" }, one.detail)))),
    said("Request", entry.request), said("Answer", entry.answer), json(entry, "The entry"));
}

/** Which payment, capture or refund a call is about, by the first id of the merchant in it. */
function about(text) {
  const found = /"(?:paymentRequestId|captureRequestId|refundRequestId|paymentId)"\s*:\s*"([^"]{1,64})"/.exec(text || "");
  return found ? found[1] : "";
}

/** A body as it went over the wire, laid out if it is JSON. */
function said(label, text) {
  if (typeof text !== "string" || !text) return undefined;
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Whatever it was, it is shown as it came.
  }
  return h("div", {}, h("h3", {}, label), h("pre", { tabindex: "0" }, shown));
}

function tone(code) {
  if (code === "SUCCESS") return "good";
  return /IN_PROCESS|PENDING/.test(code) ? "busy" : "bad";
}
