// Snapshots: the whole state under a name, and going back to it; and starting afresh.
// They live as long as the simulator.

import { call, read } from "./api.js";
import { action, empty, h, head, list } from "./dom.js";
import { preview } from "./dock.js";
import { refresh } from "./live.js";

export function snapshotsView(root) {
  const kept = h("div", { class: "stack" });
  const name = h("input", { type: "text", value: "before", "aria-label": "Name", autocomplete: "off" });
  const take = () => call("snapshot", {}, { name: name.value.trim() });
  name.addEventListener("input", () => preview(take()));
  root.append(
    head("Snapshots", "Payments, notifications, faults and the clock, kept under a name.", "snapshots"),
    h("div", { class: "card row" }, name, action("Take a snapshot", take, { tone: "good", done: refresh })),
    kept,
    h("div", { class: "card row spread" }, h("span", {}, "Forget payments, notifications, faults, scenarios and the journal; the clock stays."),
      action("Start afresh", () => call("reset"), { tone: "bad", sure: "Forget everything?", done: refresh })),
  );
  const card = (one) => h("div", { class: "card row spread" }, h("div", { class: "row" }, h("b", {}, one.name), h("span", { class: "quiet" }, `at ${one.now.slice(0, 19).replace("T", " ")} UTC`)),
    action("Go back to it", () => call("restore", {}, { name: one.name }), { sure: `Go back to ${one.name}? What came after it is lost.`, done: refresh }));
  return {
    refresh: async () => {
      const { snapshots } = await read("snapshots");
      if (snapshots.length) list(kept, snapshots, (one) => one.name, card);
      else kept.replaceChildren(empty("No snapshot yet."));
    },
  };
}
