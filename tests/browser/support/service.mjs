// A service process of its own before a simulator, with a key for the dashboard and one for the shop. What is done with them is
// left to the suites.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = process.env.ANTOM_SERVICE;

/** Starts the program that ANTOM_SERVICE names, on free ports, over the keys and the configuration of the simulator. */
export async function startService(simulator) {
  if (!PROGRAM) { throw new Error('ANTOM_SERVICE does not name the service; `cargo xtask browser` sets it'); }
  const keys = join(simulator.folder, 'keys');
  const desk = randomBytes(24).toString('hex');
  const config = join(keys, 'antom.toml');
  const digest = createHash('sha256').update(desk).digest('hex');
  const entry = `{ name = "desk", sha256 = "${digest}", scopes = ["read", "write", "admin"] }, `;
  writeFileSync(config, readFileSync(config, 'utf8').replace('api_keys = [', `api_keys = [${entry}`));
  const child = spawn(PROGRAM, ['serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
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
    const answer = await fetch(this.base + path, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, ...(await answer.json()) };
  }

  /** An order of USD 42.00 with a card payment by session; ids of the order and of the payment. */
  async order(changes = {}, captureMode = 'AUTOMATIC') {
    this.#count += 1;
    const id = `desk-${this.#count}`;
    await this.call('POST', '/v1/orders', {
      referenceOrderId: id,
      amount: { currency: 'USD', value: '4200' },
      description: 'Two cups',
      buyer: { referenceBuyerId: 'buyer-1' },
      ...changes,
    });
    const session = { integration: 'session', paymentMethodType: 'CARD', captureMode };
    const payment = await this.call('POST', `/v1/orders/${id}/payments`, session);
    if (!payment.paymentRequestId) { throw new Error(`no payment: ${JSON.stringify(payment)}`); }
    return { id, payment: payment.paymentRequestId };
  }

  /** The order, once it is as described. */
  async until(id, isThere) {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const seen = await this.call('GET', `/v1/orders/${id}`);
      if (isThere(seen)) { return seen; }
      if (Date.now() > deadline) { throw new Error(`not in time: ${JSON.stringify(seen)}`); }
      await new Promise((done) => { setTimeout(done, 100); });
    }
  }
}
