// A process of the merchant service against a simulator, and a shop that orders and opens payments through its API.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = process.env.ANTOM_SERVICE;
const PATIENCE_MS = 20_000;

/** Starts the program that ANTOM_SERVICE names on free ports; `settings` are those of `[checkout]`. */
export async function startService(simulator, settings = {}) {
  if (!PROGRAM) { throw new Error('ANTOM_SERVICE does not name the service; `cargo xtask browser` sets it'); }
  const keys = join(simulator.folder, 'keys');
  const checkout = Object.entries(settings).map(([name, value]) => [`ANTOM__CHECKOUT__${name.toUpperCase()}`, String(value)]);
  const child = spawn(PROGRAM, ['serve', '--config', join(keys, 'antom.toml')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...Object.fromEntries(checkout),
      ANTOM__SERVER__LISTEN: '127.0.0.1:0',
      ANTOM__SERVER__ADMIN_LISTEN: '127.0.0.1:0',
      ANTOM__LOG__LEVEL: 'error',
    },
  });
  const lines = createInterface({ input: child.stdout });
  const ready = JSON.parse(await new Promise((done, failed) => {
    lines.once('line', done);
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the service ended with ${code}`)));
  }));
  return new Service(ready.listening, child, readFileSync(join(keys, 'api_key'), 'utf8').trim());
}

class Service {
  #child;
  #key;
  #count = 0;

  constructor(base, child, key) {
    this.base = base;
    this.#child = child;
    this.#key = key;
  }

  async stop() {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) { await new Promise((done) => { this.#child.once('exit', done); }); }
  }

  /** A call of the merchant API. */
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

  /** A new order and a payment of it; the wishes are those of both. */
  async checkout({ order = {}, payment = {} } = {}) {
    this.#count += 1;
    const id = `checkout-${process.pid}-${this.#count}`;
    await this.call('POST', '/v1/orders', {
      referenceOrderId: id, amount: { currency: 'SGD', value: '4200' }, description: 'A wooden chair',
      buyer: { referenceBuyerId: 'buyer-1' }, ...order,
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

  /** The phase of an attempt, as the service believes. */
  async phase(id) { return (await this.call('GET', `/v1/payments/${id}`)).phase; }

  /** Waits until the service believes so, as it asks by itself. */
  async believes(id, phase) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const seen = await this.phase(id);
      if (seen === phase) { return; }
      if (Date.now() > deadline) { throw new Error(`${id} is ${seen}, not ${phase}`); }
      await new Promise((done) => { setTimeout(done, 100); });
    }
  }
}
