// One payment: what the buyer can do, how it went, the money in it, and the notifications about it.
// The list beside it is in `payments`.

import { bodySchema, call, read } from "./api.js";
import { action, facts, h, id, json, list, pill } from "./dom.js";
import { major, money } from "./format.js";
import { schemaForm } from "./forms.js";
import { now, refresh } from "./live.js";
import { notificationCard } from "./notifications.js";
import { timeline } from "./timeline.js";

const ACTS = [
  ["Pay", "success", "good", "The buyer pays; a card payment is authorized"],
  ["Decline", "decline", "", "A try fails; the buyer may try again"],
  ["Fail", "fail", "bad", "The payment fails for good"],
  ["Pending", "pending", "", "The method takes its time; the payment can be completed later"],
  ["Leave", "cancel", "", "The buyer goes away"],
];

const FINAL = ["SUCCESS", "FAIL", "CANCELLED"];
const REVIEWS = [["Begin a review", "PROCESSING", ""], ["Accept", "ACCEPT", "good"], ["Reject", "REJECT", "bad"]];

/** Fills the pane beside the list. */
export function paymentPane(root, client, request) {
  const params = { paymentRequestId: request, clientId: client };
  const top = h("div", {});
  const acts = h("div", { class: "card" });
  const below = h("div", {});
  const told = h("div", { class: "stack" });
  root.replaceChildren(h("a", { class: "back", href: "#/payments" }, "← Payments"), top, acts, below, told);
  const buyer = h("fieldset", { class: "plain" });
  const ready = drawActs(acts, buyer, params);
  let shown;
  return {
    refresh: async () => {
      const [payment, log] = await Promise.all([read("payment", params), read("notifications", { paymentRequestId: request, clientId: client })]).catch((error) => {
        top.replaceChildren(h("p", { class: "told" }, error.message));
        return [];
      });
      if (!payment) return;
      await ready;
      buyer.disabled = FINAL.includes(payment.status);
      buyer.title = buyer.disabled ? "The payment is final" : "";
      const text = JSON.stringify([payment, log]);
      if (text === shown) return;
      shown = text;
      top.replaceChildren(summary(payment));
      below.replaceChildren(...sections(payment, log.notifications));
      told.hidden = !log.notifications.length;
      if (!told.firstChild) told.append(h("h2", {}, "Notifications"), h("div", { class: "list" }));
      list(told.lastChild, log.notifications, (one) => one.id, notificationCard);
    },
  };
}

async function drawActs(root, buyer, params) {
  const form = await schemaForm(await bodySchema("complete"), { hide: ["outcome"] });
  const failing = ["decline", "fail"];
  const act = ([label, outcome, tone, title]) =>
    action(label, () => {
      const { resultCode, card } = form.value();
      return call("complete", params, { outcome, ...(failing.includes(outcome) && resultCode ? { resultCode } : {}), ...(card ? { card } : {}) });
    }, { tone, title, done: refresh });
  const arranged = await schemaForm(await bodySchema("arrange"));
  const review = ([label, status, tone]) => action(label, () => call("review", params, { status }), { tone, done: refresh });
  buyer.append(h("div", { class: "row buttons" }, ACTS.map(act)), h("details", {}, h("summary", {}, "With a card or a result code"), form.element));
  root.replaceChildren(
    h("h2", {}, "The buyer"),
    buyer,
    h("details", {}, h("summary", {}, "What the gateway does: review, late success"),
      h("div", { class: "row buttons" }, REVIEWS.map(review),
        action("Pay too late", () => call("lateSuccess", params), { title: "The method pays after the payment was closed or cancelled unpaid", done: refresh }))),
    h("details", {}, h("summary", {}, "Arrange what no request brings about"), arranged.element,
      h("div", { class: "row" }, action("Arrange", () => call("arrange", params, arranged.value()), { done: refresh }))),
  );
}

function summary(payment) {
  return h("div", { class: "card hero" },
    h("div", { class: "row spread" }, h("p", { class: "sum" }, money(payment.paymentAmount)), pill(payment.status)),
    payment.paymentResultCode && h("p", {}, h("code", {}, payment.paymentResultCode)),
    facts([
      ["Order", id(payment.referenceOrderId)],
      ["paymentRequestId", id(payment.paymentRequestId)],
      ["paymentId", payment.paymentId && id(payment.paymentId)],
      ["Method", `${payment.paymentMethodType}, ${payment.captureMode.toLowerCase()} capture, by ${payment.integration}`],
      ["Client", payment.clientId],
      ["Page", payment.handedOut?.normalUrl && h("a", { href: safe(payment.handedOut.normalUrl), rel: "noopener", target: "_blank" }, "the buyer's page")],
      ["Notified at", payment.paymentNotifyUrl && h("code", {}, payment.paymentNotifyUrl)],
    ]));
}

/** Only addresses of the web become links. */
function safe(url) {
  return /^https?:\/\//.test(url || "") ? url : undefined;
}

function sections(payment, notifications) {
  return [
    h("div", { class: "card" }, h("h2", {}, "How it went"), timeline(payment, notifications, now())),
    h("div", { class: "card" }, h("h2", {}, "The money"), moneyBar(payment), movements("Captures", "endCapture", payment.captures, ["captureRequestId", "captureId"], payment), movements("Refunds", "endRefund", payment.refunds, ["refundRequestId", "refundId"], payment)),
    json(payment, "All of it as JSON"),
  ];
}

/** What was authorized and what became of it, as a bar. */
export function moneyBar(payment) {
  const { ledger, paymentAmount } = payment;
  const currency = paymentAmount.currency;
  const of = (name) => BigInt(ledger[name] || "0");
  const kept = of("captured") - of("refunded");
  const shares = [
    ["kept", "captured and kept", kept > 0n ? kept : 0n],
    ["refunded", "sent back", of("refunded")],
    ["reserved", "authorized, not captured", of("held") - (kept > 0n ? kept : 0n)],
    ["voided", "given free again", of("voided")],
  ].filter(([, , units]) => units > 0n);
  if (!shares.length) return h("p", { class: "quiet" }, "Nothing was authorized.");
  const whole = shares.reduce((sum, [, , units]) => sum + units, 0n);
  const piece = ([name, , units]) => {
    const element = h("span", { class: name });
    element.style.flexGrow = String((units * 10_000n) / whole);
    return element;
  };
  return h("div", {},
    h("div", { class: "moneybar", "aria-hidden": "true" }, shares.map(piece)),
    h("ul", { class: "legend" }, shares.map(([name, label, units]) => h("li", {}, h("i", { class: name }), label, h("b", {}, `${currency} ${major(units, currency)}`)))));
}

/** Captures or refunds, and how those in process may end. */
function movements(title, route, entries, [requestId, ownId], payment) {
  if (!entries.length) return undefined;
  const { clientId, paymentRequestId, paymentAmount } = payment;
  const end = (one, label, outcome) =>
    action(label, () => call(route, { clientId, paymentRequestId, [requestId]: one[requestId] }, { outcome }), { tone: outcome === "succeed" ? "mini" : "mini bad", done: refresh });
  const ends = (one) => {
    if (one.status === "PROCESSING") return [end(one, "Succeed", "succeed"), end(one, "Fail", "fail")];
    return route === "endRefund" && one.done && !one.bouncedAt ? end(one, "Bounce", "bounce") : undefined;
  };
  const line = (one) => h("tr", {},
    h("td", {}, h("code", {}, one[requestId])), h("td", { class: "num" }, major(one.amount, paymentAmount.currency)),
    h("td", {}, h("span", { class: "row" }, pill(one.status), one.bouncedAt && pill("bounced", "busy"), ends(one))),
    h("td", {}, h("code", { class: "quiet" }, one[ownId])));
  return h("div", { class: "scroll" }, h("h3", {}, title), h("table", {},
    h("thead", {}, h("tr", {}, [requestId, "amount", "status", ownId].map((name) => h("th", { class: name === "amount" ? "num" : "" }, name)))),
    h("tbody", {}, entries.map(line))));
}
