// A service process of its own before a simulator, with a key for the dashboard and one for the shop, and what a shop asks of
// its API. What buyers and people at the desk do is left to the suites.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = process.env.ANTOM_SERVICE;
const PATIENCE_MS = 30_000;

/**
 * Starts the program that ANTOM_SERVICE names, on free ports, over the keys and the configuration of the simulator;
 * `checkout` are settings of `[checkout]`, `clock` is whose time counts: its own or the simulator's.
 */
export async function startService(simulator, checkout = {}, clock = 'its own') {
  if (!PROGRAM) { throw new Error('ANTOM_SERVICE does not name the service; `cargo xtask browser` sets it'); }
  const keys = join(simulator.folder, 'keys');
  const desk = randomBytes(24).toString('hex');
  const config = join(keys, 'antom.toml');
  const digest = createHash('sha256').update(desk).digest('hex');
  const entry = `{ name = "desk", sha256 = "${digest}", scopes = ["read", "write", "admin"] }, `;
  writeFileSync(config, readFileSync(config, 'utf8').replace('api_keys = [', `api_keys = [${entry}`));
  const settings = Object.entries(checkout).map(([name, value]) => [`ANTOM__CHECKOUT__${name.toUpperCase()}`, String(value)]);
  const child = spawn(PROGRAM, ['serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...Object.fromEntries(settings),
      ...(clock !== 'its own' && { ANTOM__CLOCK__FOLLOW: `${simulator.base}/_simulator/clock` }),
      ANTOM__SERVER__LISTEN: '127.0.0.1:0',
      ANTOM__SERVER__ADMIN_LISTEN: '127.0.0.1:0',
      ANTOM__DATABASE__URL: `sqlite://${join(simulator.folder, 'antom.sqlite')}`,
      ANTOM__LOG__LEVEL: 'error',
    },
  });
  const ready = JSON.parse(await new Promise((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the service ended with ${code}`)));
  }));
  return new Service(ready, child, readFileSync(join(keys, 'api_key'), 'utf8').trim(), desk);
}

class Service {
  #child;
  #key;
  #count = 0;

  constructor(ready, child, key, desk) {
    this.base = ready.listening;
    this.admin = ready.admin;
    this.desk = desk;
    this.#child = child;
    this.#key = key;
  }

  async stop() {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) { await new Promise((done) => { this.#child.once('exit', done); }); }
  }

  /** A call of the merchant API, with the shop's key. */
  async call(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      body: body && JSON.stringify(body),
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
    });
    const answer = await response.json();
    if (response.status >= 300) { throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`); }
    return answer;
  }

  /** A new order of 42.00 and a payment of it by card; the wishes are those of both. */
  async checkout({ order = {}, payment = {} } = {}) {
    this.#count += 1;
    const id = `order-${this.#count}`;
    await this.call('POST', '/v1/orders', {
      referenceOrderId: id,
      amount: { currency: 'SGD', value: '4200' },
      description: 'A wooden chair',
      buyer: { referenceBuyerId: 'buyer-1' },
      ...order,
    });
    return this.openAgain(id, payment);
  }

  /** Another payment of an order. */
  async openAgain(orderId, payment = {}) {
    const opened = await this.call('POST', `/v1/orders/${orderId}/payments`, {
      integration: 'session', paymentMethodType: 'CARD', ...payment,
    });
    return { orderId, id: opened.paymentRequestId, url: opened.checkoutUrl };
  }

  /** An order of USD with a payment; ids of the order and of the payment. */
  async order(changes = {}, captureMode = 'AUTOMATIC') {
    const order = { amount: { currency: 'USD', value: '4200' }, description: 'Two cups', ...changes };
    const opened = await this.checkout({ order, payment: { captureMode } });
    return { id: opened.orderId, payment: opened.id };
  }

  /** The order, once it is as described. */
  until(id, isThere) { return waited(() => this.call('GET', `/v1/orders/${id}`), isThere); }

  /** Waits until the service believes that an attempt is so, as it asks by itself. */
  believes(id, phase) { return waited(() => this.call('GET', `/v1/payments/${id}`), (seen) => seen.phase === phase); }

  /** Waits until a payment's session is handed out no more. */
  isOver(payment) {
    const ask = async () => (await fetch(`${payment.url}/session`, { method: 'POST' })).json();
    return waited(ask, (seen) => seen.stand !== 'payable');
  }
}

async function waited(ask, isThere) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await ask();
    if (isThere(seen)) { return seen; }
    if (Date.now() > deadline) { throw new Error(`not in time: ${JSON.stringify(seen)}`); }
    await new Promise((done) => { setTimeout(done, 100); });
  }
}
