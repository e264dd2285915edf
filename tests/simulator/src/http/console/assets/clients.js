// Clients and their keys, and the keys of the gateway itself: listed, made, rotated, revoked.
// A secret is shown once, in the answer that made it.

import { bodySchema, call, read } from "./api.js";
import { action, copy, h, head, list, pill } from "./dom.js";
import { schemaForm } from "./forms.js";
import { refresh } from "./live.js";

export async function clientsView(root) {
  const cards = h("div", { class: "stack" });
  const secrets = h("div", { role: "status" });
  const own = h("div", { class: "card" });
  const reveal = (answer) => {
    secrets.replaceChildren(secretsCard(answer));
    secrets.scrollIntoView({ block: "nearest" });
    refresh();
  };
  const newClient = await schemaForm(await bodySchema("addClient"), { request: (body) => call("addClient", {}, body) });
  const keySchema = await bodySchema("addKey");
  const antomSchema = await bodySchema("rotateAntomKey");
  const antomForm = await schemaForm(antomSchema, { request: (body) => call("rotateAntomKey", {}, body) });
  const antomKeys = h("div", {});
  own.append(h("h2", {}, "The gateway's own keys"), antomKeys,
    h("details", {}, h("summary", {}, "Rotate"), antomForm.element, h("div", { class: "row" }, action("Make a new key version", () => call("rotateAntomKey", {}, antomForm.value()), { tone: "good", done: refresh }))));
  root.append(
    head("Clients & keys", "Each client is a namespace of its own, with key versions and API keys.", "clients"),
    secrets,
    h("details", { class: "card" }, h("summary", {}, "Add a client"), newClient.element, h("div", { class: "row" }, action("Add", () => call("addClient", {}, newClient.value()), { tone: "good", done: reveal }))),
    cards, own,
  );
  const card = (known) => {
    const element = h("div", { class: "card" });
    fillClient(element, known, keySchema, reveal);
    return element;
  };
  return {
    refresh: async () => {
      const { clients } = await read("clients");
      const known = await Promise.all(clients.map((client) => read("keys", { id: client })));
      list(cards, known, (one) => one.clientId, card);
      const antom = await read("antomKeys");
      antomKeys.replaceChildren(...antom.keys.map((key) => antomKey(key, antom.current)));
    },
  };
}

async function fillClient(element, { clientId, keys, apiKeys }, schema, reveal) {
  const form = await schemaForm(schema, { request: (body) => call("addKey", { id: clientId }, body) });
  const revoke = (key, what) => action("Revoke", () => call("revokeKey", { id: clientId, key }), { tone: "mini bad", sure: `Revoke ${what} of ${clientId}?`, done: refresh });
  const keyLine = (one) => h("li", {}, pill(`key version ${one.keyVersion}`, "calm"), h("code", { class: "clip quiet" }, bare(one.merchantPublicKey)), copy(one.merchantPublicKey), revoke(one.keyVersion, `key version ${one.keyVersion}`));
  const apiLine = (one) => h("li", {}, pill(`API key, ${one.kind}`, "calm"), h("code", { class: "clip" }, one.apiKeyId), h("span", { class: "quiet" }, one.apis ? one.apis.join(", ") : `${one.environment}, all operations`), revoke(one.apiKeyId, `API key ${one.apiKeyId}`));
  element.append(
    h("div", { class: "row" }, h("h2", {}, clientId), copy(clientId)),
    h("ul", { class: "keys" }, keys.map(keyLine), apiKeys.map(apiLine)),
    h("details", {}, h("summary", {}, "Add a key version, or issue an API key"), form.element,
      h("div", { class: "row" }, action("Add", () => call("addKey", { id: clientId }, form.value()), { tone: "good", done: reveal }))));
}

function antomKey(key, current) {
  const isCurrent = key.keyVersion === current;
  return h("div", { class: "row keyline" },
    pill(`key version ${key.keyVersion}`, "calm"), isCurrent ? pill("signs", "good") : action("Sign with it", () => call("useAntomKey", {}, { current: key.keyVersion }), { tone: "mini", done: refresh }),
    h("code", { class: "clip quiet" }, bare(key.antomPublicKey)), copy(key.antomPublicKey));
}

function bare(pem) {
  return pem.replace(/-----[^-]+-----/g, "").replace(/\s/g, "");
}

function secretsCard(answer) {
  const lines = Object.entries(answer).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return h("div", { class: "card secret" }, h("h2", {}, "Made. Secrets are shown only here."),
    lines.map(([name, value]) => h("div", { class: "row" }, h("span", { class: "quiet" }, name), h("code", { class: "clip" }, String(value)), copy(value))));
}
