// Notifications: each with every send and what the merchant answered; sending again, and sending by hand.
// Those of one payment are shown beside it as well.

import { bodySchema, call, read } from "./api.js";
import { action, copy, empty, h, head, json, list, pill } from "./dom.js";
import { preview } from "./dock.js";
import { schemaForm } from "./forms.js";
import { time } from "./format.js";
import { now, refresh, state } from "./live.js";

const SHOWN = 100;

export async function notificationsView(root) {
  const filter = { notifyType: "" };
  const params = () => ({ clientId: state.client, limit: SHOWN, ...filter });
  const type = h("input", { type: "search", placeholder: "Type, e.g. PAYMENT_RESULT  ( / )", "aria-label": "Only of this type", list: "types" });
  const types = h("datalist", { id: "types" }, ["PAYMENT_RESULT", "PAYMENT_PENDING", "CAPTURE_RESULT", "REFUND_RESULT"].map((name) => h("option", { value: name })));
  const cards = h("div", { class: "list" });
  const none = h("div", {});
  const draw = async () => {
    const { notifications } = await read("notifications", params());
    list(cards, notifications.reverse(), (one) => one.id, notificationCard);
    none.replaceChildren(notifications.length ? "" : empty("No notification yet."));
  };
  type.addEventListener("input", () => {
    filter.notifyType = type.value.trim();
    preview(call("notifications", params()));
    draw();
  });
  const form = await schemaForm(await bodySchema("trigger"), { request: (body) => call("trigger", {}, body) });
  root.append(
    head("Notifications", "What the gateway told the merchant, send by send.", "notifications", { limit: SHOWN }),
    h("details", { class: "card" }, h("summary", {}, "Send one by hand"),
      h("p", { class: "quiet" }, "Signed like every other. A payment's own data is filled in; body replaces or adds members."),
      form.element, h("div", { class: "row" }, action("Send", () => call("trigger", {}, form.value()), { tone: "good", done: refresh }))),
    h("div", { class: "filters" }, type, types), cards, none,
  );
  return { refresh: draw };
}

/** A notification with its sends; the newest is open to read. */
export function notificationCard(one) {
  const last = one.tries.at(-1);
  return h("details", { class: "entry" },
    h("summary", {},
      h("b", {}, one.notifyType), pill(one.status), h("code", {}, one.paymentRequestId || one.id),
      h("span", { class: "quiet" }, `${one.tries.length}×${one.nextTryAt ? `, next ${time(one.nextTryAt, now())}` : ""}`),
      last && h("time", { class: "quiet late", title: last.at }, time(last.at, now()))),
    h("div", { class: "row" },
      action("Send again", () => call("resend", { id: one.id }), { done: refresh }),
      h("code", { class: "quiet" }, one.url), copy(one.url)),
    one.tries.length ? h("ol", { class: "tries" }, one.tries.map(send)) : h("p", { class: "quiet" }, "Not sent yet."),
    json(one.body, "What it says"));
}

function send(attempt) {
  const outcome = !attempt.done ? "on its way" : attempt.error || `HTTP ${attempt.status}`;
  return h("li", {},
    h("time", { title: attempt.at }, time(attempt.at, now())),
    pill(attempt.acknowledged ? "acknowledged" : outcome, attempt.acknowledged ? "good" : attempt.done ? "bad" : "busy"),
    attempt.fault && pill(`fault: ${attempt.fault}`, "busy"),
    h("span", { class: "quiet" }, `stamped ${attempt.requestTime}`),
    attempt.answer && h("pre", { tabindex: "0" }, attempt.answer),
    attempt.sentBody && h("details", { class: "raw" }, h("summary", {}, "What a fault made of it"), h("pre", { tabindex: "0" }, attempt.sentBody)));
}
