// A simulator process of its own, and a merchant that signs calls to it. What pages do is left to the suites.

import { spawn } from 'node:child_process';
import { sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = process.env.ANTOM_SIMULATOR;

/** Starts the program that ANTOM_SIMULATOR names, on a free port and with keys of its own. */
export async function startSimulator() {
  if (!PROGRAM) { throw new Error('ANTOM_SIMULATOR does not name the simulator; `cargo xtask browser` sets it'); }
  const folder = mkdtempSync(join(tmpdir(), 'antom-browser-'));
  const keys = join(folder, 'keys');
  const child = spawn(PROGRAM, ['serve', '--listen', '127.0.0.1:0', '--keys', keys], {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, RUST_LOG: 'warn' },
  });
  const lines = createInterface({ input: child.stdout });
  const ready = JSON.parse(await new Promise((done, failed) => {
    lines.once('line', done);
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the simulator ended with ${code}`)));
  }));
  return new Simulator(ready, child, folder, readFileSync(join(keys, 'merchant_private.pem'), 'utf8'));
}

class Simulator {
  #child;
  #key;
  #count = 0;

  constructor(ready, child, folder, key) {
    this.base = ready.listening;
    this.clientId = ready.client_id;
    this.#child = child;
    this.folder = folder;
    this.#key = key;
  }

  async stop() {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) { await new Promise((done) => { this.#child.once('exit', done); }); }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A signed call of the gateway API. */
  async call(operation, body, family = 'payments') {
    const path = `/ams/sandbox/api/v1/${family}/${operation}`;
    const text = JSON.stringify(body);
    const time = String(Date.now());
    const signature = sign('sha256', Buffer.from(`POST ${path}\n${this.clientId}.${time}.${text}`), this.#key);
    const response = await fetch(this.base + path, {
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': this.clientId,
        'request-time': time,
        signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature.toString('base64'))}`,
      },
    });
    return response.json();
  }

  /** A request that starts a payment of 42.00 SGD by card, with changes to its top members. */
  request(changes = {}) {
    this.#count += 1;
    const amount = { currency: 'SGD', value: '4200' };
    const id = `browser-${process.pid}-${this.#count}`;
    return {
      productCode: 'CASHIER_PAYMENT',
      paymentRequestId: id,
      paymentAmount: amount,
      paymentMethod: { paymentMethodType: 'CARD' },
      paymentFactor: { isAuthorization: true },
      order: { referenceOrderId: `order-${id}`, orderDescription: 'A wooden chair', orderAmount: amount },
      paymentRedirectUrl: 'http://127.0.0.1:9/result',
      paymentNotifyUrl: 'http://127.0.0.1:9/notify',
      ...changes,
    };
  }

  /** A new session: its string and its paymentRequestId. */
  async session(changes) {
    const request = this.request(changes);
    const answer = await this.call('createPaymentSession', request);
    if (!answer.paymentSessionData) { throw new Error(`no session: ${JSON.stringify(answer)}`); }
    return { id: request.paymentRequestId, data: answer.paymentSessionData };
  }

  /** A new session in which a card is stored: its string and its vaultingRequestId. */
  async vaulting() {
    this.#count += 1;
    const id = `browser-vault-${process.pid}-${this.#count}`;
    const answer = await this.call('createVaultingSession', {
      paymentMethodType: 'CARD', vaultingRequestId: id, vaultingNotificationUrl: 'http://127.0.0.1:9/notify',
    }, 'vaults');
    if (!answer.vaultingSessionData) { throw new Error(`no session: ${JSON.stringify(answer)}`); }
    return { id, data: answer.vaultingSessionData };
  }

  /** A new hosted payment: the address of its page and its paymentRequestId. */
  async hosted(changes) {
    const request = this.request({ env: { terminalType: 'WEB' }, ...changes });
    const answer = await this.call('pay', request);
    if (!answer.normalUrl) { throw new Error(`no page: ${JSON.stringify(answer)}`); }
    return { id: request.paymentRequestId, url: answer.normalUrl };
  }

  /** What the gateway's books say about a payment. */
  async payment(id) {
    return (await fetch(`${this.base}/_simulator/payments/${id}`)).json();
  }

  /** What a merchant must never do, and was done. */
  async violations() {
    return (await (await fetch(`${this.base}/_simulator/ledger`)).json()).violations;
  }

  /** Moves the time on, with everything that comes due. */
  async advance(seconds) {
    const moved = await fetch(`${this.base}/_simulator/clock/advance`, { method: 'POST', body: JSON.stringify({ seconds }) });
    if (!moved.ok) { throw new Error(`the time stands still: ${await moved.text()}`); }
  }

  /** Acts for the buyer from outside. */
  async complete(id, outcome) {
    const body = JSON.stringify({ outcome });
    return (await fetch(`${this.base}/_simulator/payments/${id}/complete`, { method: 'POST', body })).json();
  }
}
