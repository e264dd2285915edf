// Settlement: has a day settled, with discrepancies where they are wished for, and lists the files.
// What the kinds of discrepancies are is said in the simulator's README.

import { bodySchema, call, read } from "./api.js";
import { action, empty, h, head, list, pill } from "./dom.js";
import { schemaForm } from "./forms.js";
import { now, refresh, state } from "./live.js";

export async function settlementView(root) {
  const today = new Date(Date.parse(now()) + 8 * 3_600_000).toISOString().slice(0, 10);
  const request = () => call("settle", {}, { date: today, ...(state.client ? { clientId: state.client } : {}), ...form.value() });
  const form = await schemaForm(await bodySchema("settle"), { request });
  form.set({ date: today });
  const outcome = h("div", { role: "status" });
  const files = h("div", {});
  const done = (answer) => {
    outcome.replaceChildren(plantedCard(answer));
    return refresh();
  };
  root.append(
    head("Settlement", "The files of a day (UTC+8): transaction details, settlement details, summary.", "settlements"),
    h("div", { class: "card" }, form.element, h("div", { class: "row" }, action("Settle the day", request, { tone: "good", done }))),
    outcome, h("h2", {}, "Files"), files,
  );
  const line = (file) => {
    const { method, path } = call("settlementFile", { date: file.date, name: file.name, clientId: file.clientId });
    return h("div", { class: "row spread line" }, h("span", { class: "row" }, h("span", { class: "quiet" }, file.date), h("a", { href: path, download: file.name, "data-method": method }, file.name)), h("span", { class: "quiet" }, `${file.bytes} bytes, ${file.clientId}`));
  };
  return {
    refresh: async () => {
      const found = (await read("settlements", { clientId: state.client })).files;
      const lines = h("div", { class: "list" });
      list(lines, found, (file) => file.path, line);
      files.replaceChildren(found.length ? lines : empty("No file was written yet."));
    },
  };
}

function plantedCard(answer) {
  const row = (one) => h("tr", {}, h("td", {}, pill(one.kind, "busy")), h("td", {}, h("code", {}, one.file.split("/").at(-1))), h("td", { class: "num" }, one.line ?? ""), h("td", {}, h("code", {}, one.transactionRequestId || "")));
  const planted = answer.planted.length
    ? h("table", {}, h("thead", {}, h("tr", {}, ["planted", "file", "line", "transactionRequestId"].map((name) => h("th", {}, name)))), h("tbody", {}, answer.planted.map(row)))
    : h("p", {}, pill("clean", "good"), " Nothing is wrong with these files.");
  return h("div", { class: "card scroll" }, h("h2", {}, `${answer.files.length} files written`), planted);
}
