// Forms made of the schemas in which the control API describes its bodies.
// What is sent where is decided by the views.

import { resolved } from "./api.js";
import { h } from "./dom.js";
import { preview } from "./dock.js";

/** A form for an object's schema: its element, and what is filled in. Only what is filled in, or differs, is sent. */
export async function schemaForm(schema, { initial = {}, hide = [], labels = {}, suggest = {}, request } = {}) {
  const shape = (await resolved(schema)) || {};
  const fields = [];
  for (const [name, part] of Object.entries(shape.properties || {})) {
    if (hide.includes(name)) continue;
    fields.push(await field(name, await resolved(part), { initial: initial[name], label: labels[name], suggested: suggest[name], needed: shape.required?.includes(name) }));
  }
  const element = h("div", { class: "fields" }, fields.map((one) => one.element));
  const value = () => {
    const filled = {};
    for (const one of fields) {
      const found = one.value();
      if (found !== undefined) filled[one.name] = found;
    }
    return filled;
  };
  if (request) element.addEventListener("input", () => safely(() => preview(request(value()))));
  return { element, value, set: (values) => fields.forEach((one) => one.set?.(values[one.name])) };
}

function safely(work) {
  try {
    work();
  } catch {
    // A field that is not filled in well yet has no call to show.
  }
}

async function field(name, schema, { initial, label, suggested, needed }) {
  const types = [schema.type].flat();
  const options = schema.enum;
  // What may be absent as a whole is written as a whole.
  if (schema.properties && !types.includes("null")) return group(name, schema, initial);
  if (types.includes("array") && schema.items?.enum) return choices(name, schema, initial);
  const control = controlFor(schema, types, options, initial);
  const hint = schema.description;
  const known = suggested && suggestions(name, suggested, control.element);
  const element = h("label", { class: control.wide ? "wide" : "" }, h("span", {}, label || name, needed ? " *" : ""), control.element, known, hint && h("small", {}, hint));
  const start = JSON.stringify(control.value());
  const value = () => {
    const found = control.value();
    const changed = initial === undefined || JSON.stringify(found) !== start;
    return changed ? found : undefined;
  };
  return { name, element, value, set: control.set };
}

/** Values that are likely, offered while somebody types. */
function suggestions(name, values, input) {
  const key = `suggest-${name}`;
  input.setAttribute("list", key);
  return h("datalist", { id: key }, values.map((value) => h("option", { value })));
}

function controlFor(schema, types, options, initial) {
  if (options) return select(options, initial);
  if (types.includes("boolean")) return select(types.includes("null") ? [true, false, null] : [true, false], initial);
  if (types.includes("integer") || types.includes("number")) return number(initial, types);
  if (types.includes("array") && ["integer", "string"].includes(schema.items?.type)) return commas(schema.items.type, initial);
  if (types.includes("string")) return text(schema, initial, types);
  return free(initial);
}

function select(options, initial) {
  const shown = (option) => (option === null ? "— none —" : String(option));
  const choices = options.map((option, place) => h("option", { value: String(place), selected: option === initial }, shown(option)));
  const element = h("select", {}, initial === undefined && h("option", { value: "" }, ""), choices);
  return {
    element,
    value: () => (element.value === "" ? undefined : options[Number(element.value)]),
    set: (value) => (element.value = value === undefined ? "" : String(options.indexOf(value))),
  };
}

function number(initial, types) {
  const nullable = types.includes("null");
  const element = h("input", { type: "number", step: types.includes("number") ? "any" : "1", inputmode: "decimal", value: initial === undefined || initial === null ? "" : String(initial) });
  const value = () => {
    if (element.value === "") return nullable && initial !== undefined ? null : undefined;
    return Number(element.value);
  };
  return { element, value, set: (next) => (element.value = next ?? "") };
}

function text(schema, initial, types) {
  const long = /PEM|base64/.test(schema.description || "");
  const element = long ? h("textarea", { rows: "3", spellcheck: "false" }) : h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  element.value = initial ?? "";
  const value = () => {
    if (element.value === "") return types.includes("null") && initial !== undefined ? null : undefined;
    return element.value;
  };
  return { element, value, wide: long, set: (next) => (element.value = next ?? "") };
}

function commas(kind, initial) {
  const element = h("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: "one, another" });
  element.value = (initial || []).join(", ");
  const value = () => {
    const parts = element.value.split(",").map((part) => part.trim()).filter(Boolean);
    if (!parts.length && initial === undefined) return undefined;
    return kind === "integer" ? parts.map(Number) : parts;
  };
  return { element, value, wide: true, set: (next) => (element.value = (next || []).join(", ")) };
}

function free(initial) {
  const element = h("textarea", { rows: "3", spellcheck: "false", placeholder: "{}" });
  element.value = initial === undefined ? "" : JSON.stringify(initial, null, 2);
  const value = () => {
    element.setCustomValidity("");
    if (!element.value.trim()) return undefined;
    try {
      return JSON.parse(element.value);
    } catch (error) {
      element.setCustomValidity(`no JSON: ${error.message}`);
      element.reportValidity();
      throw error;
    }
  };
  return { element, value, wide: true, set: (next) => (element.value = next === undefined ? "" : JSON.stringify(next, null, 2)) };
}

function choices(name, schema, initial = []) {
  const boxes = schema.items.enum.map((option) => ({ option, box: h("input", { type: "checkbox", checked: initial.includes(option) }) }));
  const element = h("fieldset", { class: "wide chips" }, h("legend", {}, name), boxes.map(({ option, box }) => h("label", {}, box, h("span", {}, option))));
  const value = () => {
    const chosen = boxes.filter(({ box }) => box.checked).map(({ option }) => option);
    return chosen.length ? chosen : undefined;
  };
  return { name, element, value };
}

async function group(name, schema, initial) {
  const inner = await schemaForm(schema, { initial });
  const element = h("fieldset", { class: "wide" }, h("legend", {}, name), schema.description && h("small", {}, schema.description), inner.element);
  const value = () => {
    const found = inner.value();
    return Object.keys(found).length ? found : undefined;
  };
  return { name, element, value };
}
