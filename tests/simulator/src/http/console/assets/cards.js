// Stored cards: the requests to store one, acting for the buyer who does, and the tokens that came of it.
// Cards that are stored with a payment are among the tokens as well.

import { bodySchema, call, read } from "./api.js";
import { action, copy, empty, h, head, list, pill } from "./dom.js";
import { schemaForm } from "./forms.js";
import { time } from "./format.js";
import { now, refresh, state } from "./live.js";

const ACTS = [["Store it", "success", "good"], ["Decline", "decline", ""], ["Fail", "fail", "bad"], ["Leave", "cancel", ""]];

export async function cardsView(root) {
  const params = () => ({ clientId: state.client });
  const schema = await bodySchema("completeVaulting");
  const vaultings = h("div", {});
  const tokens = h("div", {});
  const vaultingList = h("div", { class: "list" });
  const tokenList = h("div", { class: "list" });
  root.append(
    head("Stored cards", "Requests to store a card without a payment, and the tokens of all stored cards.", "vaultings"),
    h("h2", {}, "Requests"), vaultings, h("h2", {}, "Tokens"), tokens,
  );
  const card = (one) => vaultingCard(one, schema);
  return {
    refresh: async () => {
      const [requests, stored] = await Promise.all([read("vaultings", params()), read("tokens", params())]);
      list(vaultingList, requests.vaultings.reverse(), (one) => `${one.clientId} ${one.vaultingRequestId}`, card);
      list(tokenList, stored.tokens, (one) => one.token, tokenLine);
      keep(vaultings, requests.vaultings.length ? vaultingList : undefined, "No request to store a card yet.");
      keep(tokens, stored.tokens.length ? tokenList : undefined, "No card is stored.");
    },
  };
}

/** Puts an element in its place, or says why there is none; what is there already stays. */
function keep(place, element, otherwise) {
  if (element && place.firstChild === element) return;
  place.replaceChildren(element || empty(otherwise));
}

function vaultingCard(one, schema) {
  const isOver = ["SUCCESS", "FAIL"].includes(one.vaultingStatus);
  const place = h("div", {});
  const element = h("details", { class: "entry" },
    h("summary", {}, h("b", {}, one.vaultingRequestId), pill(one.vaultingStatus), one.vaultingResultCode && h("code", { class: "quiet" }, one.vaultingResultCode),
      h("time", { class: "quiet late", title: one.createdAt }, time(one.createdAt, now()))),
    one.cardToken && h("div", { class: "row" }, h("span", { class: "quiet" }, "token"), h("code", {}, one.cardToken), copy(one.cardToken)),
    one.tries.length > 0 && h("ul", { class: "tries" }, one.tries.map((act) => h("li", {}, h("time", {}, time(act.at, now())), pill(act.outcome), act.resultCode && h("code", {}, act.resultCode)))),
    place);
  if (isOver) return element;
  element.addEventListener("toggle", async () => {
    if (!element.open || place.firstChild) return;
    const form = await schemaForm(schema, { hide: ["outcome"] });
    const { clientId, vaultingRequestId } = one;
    const act = ([label, outcome, tone]) => action(label, () => call("completeVaulting", { clientId, vaultingRequestId }, { outcome, ...form.value() }), { tone, done: refresh });
    place.append(form.element, h("div", { class: "row buttons" }, ACTS.map(act)));
  });
  return element;
}

function tokenLine(one) {
  const until = one.tokenExpiresAt ? `until ${time(one.tokenExpiresAt, now())}` : "";
  return h("div", { class: "row spread line" },
    h("span", { class: "row" }, h("b", {}, `${one.cardBrand} ·· ${one.lastFour}`), h("span", { class: "quiet" }, `${one.expiryMonth}/${one.expiryYear}`), h("code", {}, one.token), copy(one.token)),
    h("span", { class: "quiet" }, [one.accountHolderName, until, one.clientId].filter(Boolean).join(", ")));
}
