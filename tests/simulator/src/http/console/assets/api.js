// Every call of the console: the routes it uses, the calls themselves, and their curl lines.
// No other file knows a path of the control API.

export const ROUTES = {
  health: ["GET", "/_simulator/health"],
  openapi: ["GET", "/_simulator/openapi.json"],
  events: ["GET", "/_simulator/events"],
  clock: ["GET", "/_simulator/clock"],
  advance: ["POST", "/_simulator/clock/advance"],
  payments: ["GET", "/_simulator/payments"],
  payment: ["GET", "/_simulator/payments/{paymentRequestId}"],
  complete: ["POST", "/_simulator/payments/{paymentRequestId}/complete"],
  lateSuccess: ["POST", "/_simulator/payments/{paymentRequestId}/late-success"],
  review: ["POST", "/_simulator/payments/{paymentRequestId}/review"],
  endCapture: ["POST", "/_simulator/payments/{paymentRequestId}/captures/{captureRequestId}/end"],
  endRefund: ["POST", "/_simulator/payments/{paymentRequestId}/refunds/{refundRequestId}/end"],
  arrange: ["POST", "/_simulator/payments/{paymentRequestId}/arrange"],
  vaultings: ["GET", "/_simulator/vaultings"],
  completeVaulting: ["POST", "/_simulator/vaultings/{vaultingRequestId}/complete"],
  tokens: ["GET", "/_simulator/tokens"],
  notifications: ["GET", "/_simulator/notifications"],
  resend: ["POST", "/_simulator/notifications/{id}/resend"],
  trigger: ["POST", "/_simulator/notifications/trigger"],
  faults: ["GET", "/_simulator/faults"],
  setFaults: ["PUT", "/_simulator/faults"],
  clearFaults: ["DELETE", "/_simulator/faults"],
  scenarios: ["GET", "/_simulator/scenarios"],
  startScenario: ["POST", "/_simulator/scenarios"],
  startNamed: ["POST", "/_simulator/scenarios/{name}"],
  endScenarios: ["DELETE", "/_simulator/scenarios"],
  timings: ["GET", "/_simulator/timings"],
  setTimings: ["PUT", "/_simulator/timings"],
  contract: ["GET", "/_simulator/contract"],
  setContract: ["PUT", "/_simulator/contract"],
  clients: ["GET", "/_simulator/clients"],
  addClient: ["POST", "/_simulator/clients"],
  keys: ["GET", "/_simulator/clients/{id}/keys"],
  addKey: ["POST", "/_simulator/clients/{id}/keys"],
  revokeKey: ["DELETE", "/_simulator/clients/{id}/keys/{key}"],
  antomKeys: ["GET", "/_simulator/antom-keys"],
  rotateAntomKey: ["POST", "/_simulator/antom-keys"],
  useAntomKey: ["PUT", "/_simulator/antom-keys"],
  ledger: ["GET", "/_simulator/ledger"],
  journal: ["GET", "/_simulator/journal"],
  verdicts: ["GET", "/_simulator/verdicts"],
  settlements: ["GET", "/_simulator/settlement"],
  settle: ["POST", "/_simulator/settlement"],
  settlementFile: ["GET", "/_simulator/settlement/{date}/{name}"],
  snapshots: ["GET", "/_simulator/snapshot"],
  snapshot: ["POST", "/_simulator/snapshot"],
  restore: ["POST", "/_simulator/restore"],
  reset: ["POST", "/_simulator/reset"],
};

/** A call: the name of a route, what its path and query take, and the body. */
export function call(route, params = {}, body) {
  const [method, template] = ROUTES[route];
  return request(method, template, params, body);
}

/** The same for a route by its method and template. */
export function request(method, template, params = {}, body) {
  const left = new URLSearchParams();
  let path = template;
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || value === null || value === "") continue;
    const slot = `{${name}}`;
    if (path.includes(slot)) path = path.replace(slot, encodeURIComponent(value));
    else left.set(name, value);
  }
  const query = left.toString();
  return { method, path: query ? `${path}?${query}` : path, body };
}

/** The call as somebody would type it into a shell. */
export function curl({ method, path, body }) {
  const words = ["curl"];
  if (method !== "GET" && !(method === "POST" && body !== undefined)) words.push("-X", method);
  if (body !== undefined) words.push("-d", quoted(JSON.stringify(body)));
  words.push(quoted(location.origin + path));
  return words.join(" ");
}

function quoted(word) {
  return /^[\w:/.=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A call that was refused, with what the simulator says about it. */
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Sends a call. Answers its JSON, or its text where it has none; a refusal is thrown. */
export async function send({ method, path, body }, signal) {
  const init = { method, signal, headers: {} };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["content-type"] = "application/json";
  }
  const response = await fetch(path, init);
  const text = await response.text();
  const isJson = (response.headers.get("content-type") || "").startsWith("application/json");
  const answer = isJson && text ? JSON.parse(text) : text;
  if (response.ok) return { status: response.status, answer };
  const problem = answer.error || {};
  throw new Refusal(response.status, problem.code || "error", problem.message || response.statusText);
}

/** Reads: only the answer. */
export async function read(route, params, signal) {
  return (await send(call(route, params), signal)).answer;
}

let description;

/** What the control API says of itself, asked for once. */
export function openapi() {
  description ||= read("openapi");
  return description;
}

/** The schema of a route's body. */
export async function bodySchema(route) {
  const [method, template] = ROUTES[route];
  const document = await openapi();
  return schemaOf(document.paths[template]?.[method.toLowerCase()]);
}

/** The schema of an operation's body, if it takes one. */
export function schemaOf(operation) {
  return operation?.requestBody?.content?.["application/json"]?.schema;
}

/** Follows references into the components. */
export async function resolved(schema) {
  if (!schema?.$ref) return schema;
  const document = await openapi();
  const steps = schema.$ref.replace("#/", "").split("/");
  return steps.reduce((place, step) => place?.[step], document);
}
