// Timings of the gateway and the contract of a client: what is in force, and changing it.
// Only what was changed is sent.

import { bodySchema, call, read } from "./api.js";
import { action, h, head } from "./dom.js";
import { schemaForm } from "./forms.js";
import { span } from "./format.js";
import { state } from "./live.js";

export function timingsView(root) {
  return settings(root, { title: "Timings", text: "The gateway's delays and deadlines, in milliseconds of virtual time. Timers that run already stay as they are.", get: "timings", put: "setTimings", params: {} });
}

export function contractView(root) {
  return settings(root, { title: "Contract", text: "What a client agreed with the gateway, or set in its dashboard.", get: "contract", put: "setContract", params: { clientId: state.client } });
}

async function settings(root, { title, text, get, put, params }) {
  const place = h("div", { class: "card" });
  root.append(head(title, text, get, params), place);
  const schema = await bodySchema(put);
  let shown;
  const draw = async () => {
    const values = await read(get, params);
    const next = JSON.stringify(values);
    // What somebody is typing is not taken away by a change elsewhere.
    if (next === shown || place.contains(document.activeElement)) return;
    shown = next;
    const form = await schemaForm(schema, { initial: values, request: (body) => call(put, params, body) });
    for (const label of form.element.querySelectorAll("label")) {
      const [name, input] = [label.firstChild.textContent, label.querySelector("input[type=number]")];
      if (input && name.endsWith("Ms")) {
        const hint = h("small", {});
        const tell = () => (hint.textContent = input.value === "" ? "" : span(Number(input.value)));
        input.addEventListener("input", tell);
        tell();
        label.append(hint);
      }
    }
    const saved = () => {
      shown = undefined;
      document.activeElement?.blur();
      return draw();
    };
    place.replaceChildren(form.element, h("div", { class: "row" }, action("Save what was changed", () => call(put, params, form.value()), { tone: "good", done: saved })));
  };
  return { refresh: draw };
}
