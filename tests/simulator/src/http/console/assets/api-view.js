// The control API, route by route, as it describes itself: a form for each, and its curl line.
// The other views are made for people; this one has everything.

import { openapi, read, request, schemaOf } from "./api.js";
import { action, h, head, json } from "./dom.js";
import { preview } from "./dock.js";
import { schemaForm } from "./forms.js";
import { state } from "./live.js";

export async function apiView(root) {
  const [document, health] = await Promise.all([openapi(), read("health")]);
  const routes = Object.entries(document.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
  root.append(head("API", `${document.info.title}, version ${health.version}. ${routes.length} routes; tests can do all that this page does.`, "openapi"), h("div", { class: "list" }, routes.map(line)));
  return {};
}

function line({ path, method, operation }) {
  const place = h("div", {});
  const element = h("details", { class: "entry" }, h("summary", {}, h("span", { class: `verb ${method.toLowerCase()}` }, method), h("code", {}, path), h("span", { class: "quiet" }, operation.summary)), place);
  element.addEventListener("toggle", () => {
    if (element.open && !place.firstChild) fill(place, path, method, operation);
  });
  return element;
}

async function fill(place, path, method, operation) {
  const inputs = (operation.parameters || []).map((parameter) => {
    const input = h("input", { type: "text", autocomplete: "off", placeholder: parameter.schema?.enum?.join(" | ") || "" });
    if (parameter.name === "clientId") input.value = state.client;
    return { parameter, input, element: h("label", {}, h("span", {}, parameter.name, parameter.required ? " *" : ""), input, h("small", {}, parameter.description || "")) };
  });
  const schema = schemaOf(operation);
  const form = schema && (await schemaForm(schema, { request: () => make() }));
  const answer = h("div", { role: "status" });
  const make = () => request(method, path, Object.fromEntries(inputs.map(({ parameter, input }) => [parameter.name, input.value])), form ? form.value() : undefined);
  for (const { input } of inputs) input.addEventListener("input", () => preview(make()));
  const done = (found) => answer.replaceChildren(typeof found === "string" ? h("pre", { tabindex: "0" }, found) : opened(found));
  place.replaceChildren(inputs.length ? h("div", { class: "fields" }, inputs.map(({ element }) => element)) : "", form ? form.element : "", h("div", { class: "row" }, action("Send", make, { tone: method === "GET" ? "" : "good", done })), answer);
}

function opened(found) {
  const shown = json(found, "Answer");
  shown.open = true;
  return shown;
}
