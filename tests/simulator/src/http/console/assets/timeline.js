// How a payment went, drawn as a line with a bead for each event and the time between two of them.
// The events are read from what the control API shows of a payment and its notifications.

import { h } from "./dom.js";
import { span, time } from "./format.js";

/** The line of a payment, up to now and what is still to come. */
export function timeline(payment, notifications, now) {
  const events = eventsOf(payment, notifications, now).sort((one, other) => Date.parse(one.at) - Date.parse(other.at) || one.order - other.order);
  const items = [];
  events.forEach((event, place) => {
    const before = events[place - 1];
    const gap = before ? Date.parse(event.at) - Date.parse(before.at) : 0;
    if (gap >= 1_000) items.push(h("li", { class: event.ahead ? "gap ahead" : "gap" }, span(gap)));
    items.push(h("li", { class: `bead ${event.tone || ""} ${event.ahead ? "ahead" : ""}` },
      h("time", { title: event.at }, time(event.at, now)),
      h("div", {}, h("b", {}, event.label), event.text && h("span", { class: "quiet" }, event.text))));
  });
  return h("ol", { class: "timeline" }, items);
}

function eventsOf(payment, notifications, now) {
  const events = [];
  const add = (at, label, text, tone) => {
    if (at) events.push({ at, label, text, tone, order: events.length, ahead: at > now });
  };
  add(payment.createdAt, payment.integration === "session" ? "Session created" : "Payment started", payment.paymentMethodType);
  for (const one of payment.tries) add(one.at, WORDS[one.outcome] || `The buyer: ${one.outcome}`, one.resultCode, TONES[one.outcome]);
  if (payment.paidAt && !payment.tries.some((one) => one.at === payment.paidAt && one.outcome === "success")) add(payment.paidAt, "Paid", undefined, "good");
  for (const one of payment.captures) add(one.doneAt, one.done ? "Captured" : "Capture failed", one.captureRequestId, one.done ? "good" : "bad");
  for (const one of payment.refunds) {
    add(one.doneAt, one.byGateway ? "Sent back by the gateway" : "Refunded", one.refundRequestId, "busy");
    add(one.bouncedAt, "The refund bounced", one.refundRequestId, "bad");
  }
  add(payment.cancelledAt, "Cancelled", undefined, "bad");
  for (const notification of notifications) {
    notification.tries.forEach((attempt, place) => {
      const which = notification.tries.length > 1 ? `, send ${place + 1}` : "";
      add(attempt.at, `${notification.notifyType}${which}`, told(attempt), attempt.acknowledged ? "note good" : attempt.done ? "note bad" : "note busy");
    });
    if (notification.nextTryAt) add(notification.nextTryAt, `${notification.notifyType} is sent`, notification.tries.length ? "again" : undefined, "note");
  }
  const isOver = ["SUCCESS", "FAIL", "CANCELLED"].includes(payment.status);
  if (!isOver) add(payment.closesAt, "The gateway closes it", "if it is still unpaid");
  if (payment.status === "OPEN") add(payment.handedOut?.expiresAt, "The session expires");
  if (payment.status === "SUCCESS" && !payment.captures.some((one) => one.done)) add(payment.authExpiresAt, "The authorization expires", "if it is not captured");
  return events;
}

const WORDS = { success: "The buyer pays", decline: "A try is declined", fail: "The payment fails", pending: "The method takes its time", cancel: "The buyer leaves", challenged: "The bank asks the buyer" };
const TONES = { success: "good", decline: "bad", fail: "bad", pending: "busy", challenged: "busy" };

function told(attempt) {
  if (!attempt.done) return "on its way";
  const answer = attempt.error || (attempt.status ? `HTTP ${attempt.status}` : "");
  return [attempt.acknowledged ? "acknowledged" : answer, attempt.fault && `fault: ${attempt.fault}`].filter(Boolean).join(", ");
}
