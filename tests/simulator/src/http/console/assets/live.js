// What all views share: the chosen client, virtual time, how much there is of everything, and reading again on change.
// The frame around the views is in `console`.

import { read } from "./api.js";

const QUIET_MS = 300;
const AGAIN_MS = 1_500;

export const state = { client: sessionStorage.getItem("client") || "", overview: {}, clock: undefined };

let counter;
let lookedAt = 0;
let shown;

/** The virtual time now: a running clock runs on between two looks at it. */
export function now() {
  const { epochMillis = 0, speed = 0 } = state.clock || {};
  return new Date(epochMillis + (performance.now() - lookedAt) * speed).toISOString();
}

/** Makes this view the one that is read again. */
export function show(view) {
  shown = { view, at: performance.now(), waiting: false };
}

/** Reads the shown view again, at most a few times a second. */
export function refresh() {
  const current = shown;
  if (!current || current.waiting) return;
  current.waiting = true;
  setTimeout(async () => {
    current.waiting = false;
    current.at = performance.now();
    if (current === shown) await current.view.refresh?.().catch(() => undefined);
  }, Math.max(0, QUIET_MS - (performance.now() - current.at)));
}

/** Begins to look with another client's eyes. */
export function chooseClient(client) {
  state.client = client;
  sessionStorage.setItem("client", client);
  counter = undefined;
}

/** Looks once. */
export async function look() {
  const event = await read("events", { after: counter, clientId: state.client });
  const changed = counter !== event.counter;
  [counter, lookedAt] = [event.counter, performance.now()];
  Object.assign(state, { clock: event.clock, overview: event.overview });
  return changed;
}

/** Follows the feed of changes for ever; a simulator that went away is asked again. */
export async function follow(onLook, onLost) {
  for (;;) {
    try {
      onLook(await look());
    } catch {
      onLost();
      counter = undefined;
      await new Promise((resume) => setTimeout(resume, AGAIN_MS));
    }
  }
}
