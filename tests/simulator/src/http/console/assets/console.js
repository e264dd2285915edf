// The frame of the console: which view is shown, and the head with the clock, the client and the colours.
// What a view shows is in the file of that view; keeping it fresh is in `live`.

import { apiView } from "./api-view.js";
import { call, read } from "./api.js";
import { cardsView } from "./cards.js";
import { clientsView } from "./clients.js";
import { clockView, STEPS } from "./clock.js";
import { mount } from "./dock.js";
import { action, h } from "./dom.js";
import { faultsView } from "./faults.js";
import { span } from "./format.js";
import { journalView } from "./journal.js";
import { ledgerView } from "./ledger.js";
import { chooseClient, follow, look, now, refresh, show, state } from "./live.js";
import { notificationsView } from "./notifications.js";
import { paymentsView } from "./payments.js";
import { scenariosView } from "./scenarios.js";
import { contractView, timingsView } from "./settings.js";
import { settlementView } from "./settlement.js";
import { snapshotsView } from "./snapshots.js";
import { verdictsView } from "./verdicts.js";

const VIEWS = [
  ["Watch", [
    ["payments", "Payments", paymentsView],
    ["notifications", "Notifications", notificationsView],
    ["ledger", "Ledger", ledgerView, "violations"],
    ["cards", "Stored cards", cardsView],
    ["journal", "Journal", journalView],
    ["verdicts", "Verdicts", verdictsView],
  ]],
  ["Arrange", [
    ["faults", "Faults", faultsView],
    ["scenarios", "Scenarios", scenariosView],
    ["clock", "Clock", clockView],
    ["timings", "Timings", timingsView],
    ["contract", "Contract", contractView],
  ]],
  ["Set up", [
    ["clients", "Clients & keys", clientsView],
    ["settlement", "Settlement", settlementView],
    ["snapshots", "Snapshots", snapshotsView],
    ["api", "API", apiView],
  ]],
];
const THEMES = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" };

let opened = {};

/** Shows the view that the address names; the parts after its name are for the view. */
async function open() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const all = VIEWS.flatMap(([, views]) => views);
  const [id, label, view] = all.find(([known]) => known === name) || all[0];
  document.title = `${label} · antom-simulator`;
  mark(id);
  if (opened.id === id && opened.client === state.client && opened.view?.go) return opened.view.go(rest);
  const mine = { id, client: state.client };
  opened = mine;
  const element = h("div", { class: `view view-${id}` });
  const main = document.getElementById("main");
  try {
    const made = (await view(element, rest)) || {};
    await made.refresh?.();
    if (opened !== mine) return undefined;
    mine.view = made;
    show(made);
    main.replaceChildren(element);
    scrollTo(0, 0);
  } catch (error) {
    if (opened === mine) main.replaceChildren(h("p", { class: "told" }, `This view cannot be shown: ${error.message}`));
  }
  return undefined;
}

function mark(id) {
  for (const link of document.querySelectorAll("#nav a")) {
    const isOpen = link.dataset.view === id;
    if (isOpen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (isOpen) link.scrollIntoView({ block: "nearest", inline: "center" });
  }
}

function drawNav() {
  const link = ([id, label, , count = id]) =>
    h("a", { href: `#/${id}`, "data-view": id }, h("span", {}, label), h("span", { class: "count", "data-count": count }));
  const group = ([label, views]) => h("div", { class: "group" }, h("h2", {}, label), views.map(link));
  document.getElementById("nav").replaceChildren(...VIEWS.map(group));
}

function drawCounts() {
  for (const count of document.querySelectorAll("[data-count]")) {
    const found = state.overview[count.dataset.count];
    count.textContent = found > 999 ? "999+" : found || "";
    count.classList.toggle("bad", count.dataset.count === "violations");
    count.classList.toggle("busy", ["faults", "scenarios"].includes(count.dataset.count));
  }
}

function drawClock() {
  const step = ([label, seconds]) =>
    action(label, () => call("advance", {}, { seconds }), { tone: "mini", title: `Move virtual time on by ${label.slice(1)}`, done: refresh });
  const [day, hint] = [h("time", {}), h("small", {})];
  const face = h("a", { href: "#/clock", class: "face", title: "Virtual time, UTC" }, day, hint);
  const steps = h("span", { class: "steps", role: "group", "aria-label": "Move the clock on" }, STEPS.map(step));
  document.getElementById("clock").replaceChildren(face, steps);
  const tick = () => {
    const at = now();
    day.textContent = `${at.slice(0, 10)} ${at.slice(11, 19)}`;
    const { mode, speed } = state.clock || {};
    const pace = mode === "manual" ? "stands still" : speed > 1 ? `${speed} times as fast` : "runs";
    const due = state.overview.nextDueAt;
    hint.textContent = due ? `${pace} · next in ${span(Math.max(0, Date.parse(due) - Date.parse(at)))}` : pace;
  };
  tick();
  setInterval(tick, 250);
}

function drawTools() {
  const theme = h("button", { type: "button", class: "mini", title: "Colours: those of the system, light, dark" });
  const wear = (name) => {
    document.documentElement.dataset.theme = name;
    localStorage.setItem("theme", name);
    theme.textContent = THEMES[name];
  };
  const names = Object.keys(THEMES);
  wear(names.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto");
  theme.addEventListener("click", () => wear(names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]));
  const clients = h("select", { "aria-label": "Show what belongs to" });
  clients.addEventListener("change", () => {
    chooseClient(clients.value);
    open();
  });
  const link = h("span", { class: "link", role: "img", "aria-label": "connecting" });
  document.getElementById("tools").replaceChildren(clients, link, theme);
  return {
    fill: async () => {
      const known = (await read("clients")).clients;
      const option = (value, text) => h("option", { value, selected: value === state.client }, text);
      clients.replaceChildren(option("", "All clients"), ...known.map((name) => option(name, name)));
    },
    connection: (name) => {
      link.className = `link ${name}`;
      link.setAttribute("aria-label", name === "live" ? "connected" : "no connection");
      link.title = name === "live" ? "Connected: changes appear by themselves" : "The simulator does not answer";
    },
  };
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest?.("input, textarea, select")) return;
  const search = document.querySelector("#main input[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

mount(document.getElementById("dock"));
drawNav();
const tools = drawTools();
await Promise.all([look(), tools.fill()]).then(() => tools.connection("live"), () => tools.connection("lost"));
drawClock();
drawCounts();
window.addEventListener("hashchange", open);
await open();
follow((changed) => {
  tools.connection("live");
  drawCounts();
  if (changed) {
    refresh();
    tools.fill().catch(() => tools.connection("lost"));
  }
}, () => tools.connection("lost"));
