// Payments: a list that can be searched, and beside it the one that is looked at.
// What one payment shows is in `payment`.

import { call, read } from "./api.js";
import { empty, h, head, list, pill } from "./dom.js";
import { preview } from "./dock.js";
import { money, time } from "./format.js";
import { now, state } from "./live.js";
import { paymentPane } from "./payment.js";

const SHOWN = 200;
const STATES = ["OPEN", "PROCESSING", "PENDING", "SUCCESS", "FAIL", "CANCELLED"];

export async function paymentsView(root, rest) {
  const filter = { search: "", status: "" };
  const params = () => ({ clientId: state.client, status: filter.status, search: filter.search, limit: SHOWN });
  const search = h("input", { type: "search", placeholder: "Order, request or payment id  ( / )", "aria-label": "Search payments" });
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Only in this state" });
  const rows = h("div", { class: "list", role: "list" });
  const none = h("div", {});
  const detail = h("section", { class: "detail", "aria-label": "The payment" });
  let pane;
  let asked = 0;

  const draw = async () => {
    asked += 1;
    const own = asked;
    const { payments } = await read("payments", params());
    // Each letter that is typed asks again; an answer that comes late is not the one to show.
    if (own !== asked) return;
    const open = location.hash;
    list(rows, payments.reverse(), (one) => `${one.clientId} ${one.paymentRequestId}`, row);
    for (const entry of rows.children) entry.classList.toggle("open", entry.firstChild.getAttribute("href") === open);
    const narrowed = filter.search || filter.status;
    none.replaceChildren(payments.length ? "" : narrowed ? empty("No payment is like that.") : first());
    if (payments.length === SHOWN) none.replaceChildren(h("p", { class: "quiet" }, `The newest ${SHOWN}; search for others.`));
  };
  for (const name of ["", ...STATES]) {
    const chip = h("button", { type: "button", class: "chip", "aria-pressed": String(name === filter.status) }, name || "all");
    chip.addEventListener("click", () => {
      filter.status = name;
      for (const other of chips.children) other.setAttribute("aria-pressed", String(other === chip));
      preview(call("payments", params()));
      draw();
    });
    chips.append(chip);
  }
  search.addEventListener("input", () => {
    filter.search = search.value.trim();
    preview(call("payments", params()));
    draw();
  });
  const reveal = () => rows.querySelector(":scope > .open")?.scrollIntoView({ block: "nearest" });
  const go = async ([client, request]) => {
    root.classList.toggle("has-detail", Boolean(request));
    pane = request ? paymentPane(detail, client, request) : undefined;
    if (!request) detail.replaceChildren();
    await Promise.all([draw(), pane?.refresh()]);
  };
  root.append(
    h("section", { class: "master" }, head("Payments", "", "payments", { limit: SHOWN }), h("div", { class: "filters" }, search, chips), rows, none),
    detail,
  );
  root.classList.toggle("has-detail", Boolean(rest[1]));
  if (rest[1]) pane = paymentPane(detail, rest[0], rest[1]);
  return { go, refresh: () => Promise.all([draw(), pane?.refresh()]) };
}

function row(payment) {
  const { clientId, paymentRequestId } = payment;
  const href = `#/payments/${encodeURIComponent(clientId)}/${encodeURIComponent(paymentRequestId)}`;
  return h("div", { role: "listitem" },
    h("a", { class: "row-link", href },
      h("span", { class: "amount" }, money(payment.paymentAmount)),
      pill(payment.status),
      h("span", { class: "what" }, h("b", {}, payment.referenceOrderId), h("code", {}, paymentRequestId)),
      h("span", { class: "method quiet" }, payment.paymentMethodType),
      h("time", { class: "quiet", title: payment.createdAt }, time(payment.createdAt, now())),
    ));
}

function first() {
  return h("div", { class: "empty" }, h("p", {}, "No payment yet. Point a merchant at ", h("code", {}, location.origin), ", and its payments appear here."),
    h("p", {}, "Or make one on ", h("a", { href: "/_simulator/demo" }, "the page to try the web SDK on"), "."));
}
