// The service's own checkout page, told once for each SDK and each way to show its form. After each story the service's
// belief, the gateway's ledger and the requests of the browser are held against what was meant to happen.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { AT_ONCE, Checkout, STEP_MS, launch } from './browser.mjs';
import { startService } from './service.mjs';
import { startSimulator } from './simulator.mjs';

export const GOOD = '4054695723100768';
const BAD = '4054692760174822';
const OFFICIAL = createRequire(import.meta.url).resolve('@alipay/ams-checkout/dist/umd/ams-checkout.min.js');
const SHOP = { order_url: 'https://shop.example/orders/{referenceOrderId}', pay_again_url: 'https://shop.example/pay/{referenceOrderId}' };

/** Starts simulator and service with what these suites have in common; `clock` is whose time counts for the service. */
export async function startStand(way, settings = {}, clock = 'its own') {
  const simulator = await startSimulator();
  const script = way.sdk === 'official' ? { sdk_script: OFFICIAL } : {};
  const service = await startService(simulator, { ...SHOP, ...script, ...settings }, clock);
  return {
    simulator,
    service,
    async stop() {
      await service.stop();
      await simulator.stop();
    },
  };
}

/** A buyer's browser, and what it asked of whom. */
export async function buyer(browser, way, stand, profile = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...profile });
  context.setDefaultTimeout(STEP_MS);
  if (way.routes) { await Checkout.answer(context, stand.simulator); }
  const asked = [];
  context.on('request', (request) => asked.push(new URL(request.url())));
  const open = async () => Object.assign(new Checkout(context, await context.newPage(), way, stand.simulator, null), { stand });
  return { context, asked, open };
}

/** Something to wait at until it is opened. */
function gate() {
  let open;
  const passed = new Promise((done) => { open = done; });
  return { open, passed };
}

/** Tells all stories for one SDK and one way to show the form. */
export function tellCheckout(way, style) {
  let browser;
  let stand;

  before(async () => {
    stand = await startStand(way, { style });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await stand?.stop();
  });

  describe(`checkout page, ${way.name}, ${style}`, AT_ONCE, () => {
    const story = (name, body, { wishes, movesTime = false } = {}) => test(name, { timeout: 6 * STEP_MS }, async () => {
      // Whoever moves time on does so for nobody else.
      const own = movesTime ? await startStand(way, { style }, 'the simulator\'s') : stand;
      const who = await buyer(browser, way, own);
      try {
        const payment = await own.service.checkout(wishes);
        const checkout = await who.open();
        await checkout.page.goto(payment.url);
        await body(checkout, payment, who);
        assert.deepEqual(await own.simulator.violations(), []);
        const far = who.asked.filter((url) => url.protocol !== 'blob:' && url.protocol !== 'data:' && url.hostname !== '127.0.0.1');
        // What the driver answers for production's hosts never reaches them; the stand-in asks nobody else at all.
        assert.deepEqual(way.routes ? far.filter((url) => url.protocol !== 'https:') : far, []);
      } finally {
        await who.context.close();
        if (movesTime) { await own.stop(); }
      }
    });

    /** Brings the form into sight. */
    const begin = async (checkout) => {
      if (style === 'popup') { await checkout.page.locator('#pay').click(); }
      await checkout.settled();
      if (style !== 'popup') { await checkout.page.locator('#pay').waitFor(); }
    };
    const pay = async (checkout) => {
      await checkout.settled();
      if (style === 'popup') { return checkout.form().locator('#pay').click(); }
      // A form that still moves would catch a click of the mouse.
      return checkout.page.locator('#pay').press('Enter');
    };
    const paid = async (checkout, payment) => {
      await checkout.page.waitForURL(/\/result\//, { waitUntil: 'commit' });
      await checkout.page.getByRole('heading', { name: 'Payment complete' }).waitFor();
      await checkout.stand.service.believes(payment.id, 'succeeded');
      const seen = await checkout.stand.simulator.payment(payment.id);
      assert.equal(seen.status, 'SUCCESS');
      assert.equal(seen.ledger.executed.pay, 1);
    };
    const question = (checkout) => checkout.page.getByRole('dialog', { name: 'Have you paid already?' });
    const goOn = (checkout) => question(checkout).getByRole('button', { name: 'I have not paid: go on' }).click();

    story('a card pays, and the result page says so', async (checkout, payment) => {
      await begin(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
      const order = await stand.service.call('GET', `/v1/orders/${payment.orderId}`);
      assert.equal(order.shippable, true);
    });

    story('the component is released before the result page is shown', async (checkout) => {
      await begin(checkout);
      await checkout.page.evaluate(() => {
        window.addEventListener('pagehide', () => {
          sessionStorage.setItem('left-behind', String(document.querySelectorAll('#ams-component-container, #place iframe').length));
        });
      });
      await checkout.choose(GOOD);
      await pay(checkout);
      await checkout.page.waitForURL(/\/result\//, { waitUntil: 'commit' });
      assert.equal(await checkout.page.evaluate(() => sessionStorage.getItem('left-behind')), '0');
    });

    story('a payment that failed for good leads to the shop for another one', async (checkout, payment) => {
      await begin(checkout);
      await checkout.act('fail');
      await checkout.page.waitForURL(/\/result\//, { waitUntil: 'commit' });
      await checkout.page.getByRole('heading', { name: 'Payment not completed' }).waitFor();
      const again = checkout.page.getByRole('link', { name: 'Pay again' });
      assert.equal(await again.getAttribute('href'), `https://shop.example/pay/${payment.orderId}`);
      await stand.service.believes(payment.id, 'failed');
      const second = await stand.service.openAgain(payment.orderId);
      assert.notEqual(second.id, payment.id);
      await checkout.page.goto(second.url);
      await begin(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, second);
    });

    story('a declined card is followed by another one in the same session', async (checkout, payment) => {
      await begin(checkout);
      await checkout.choose(BAD);
      await pay(checkout);
      await question(checkout).getByText('This payment was not completed.').waitFor();
      await goOn(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
      const seen = await stand.simulator.payment(payment.id);
      assert.deepEqual(seen.tries.map((one) => one.outcome), ['decline', 'success']);
      const order = await stand.service.call('GET', `/v1/orders/${payment.orderId}`);
      assert.equal(order.attempts.length, 1, 'the session was used again');
    });

    story('while a payment is in process nobody can pay again, and its result is shown when it comes', async (checkout, payment) => {
      await begin(checkout);
      await checkout.act('pending');
      await question(checkout).getByText('Order processing.').waitFor();
      assert.equal(await checkout.page.getByRole('button', { name: 'I have not paid' }).isVisible(), false);
      await stand.service.believes(payment.id, 'pending');
      await checkout.page.reload();
      await question(checkout).waitFor();
      const refused = await (await fetch(`${payment.url}/session`, { method: 'POST' })).json();
      assert.deepEqual(refused, { stand: 'unknown' });
      await stand.simulator.complete(payment.id, 'success');
      await paid(checkout, payment);
    });

    story('an error is a question to the server, never a failure', async (checkout, payment) => {
      await begin(checkout);
      await checkout.context.route('**/checkout/api/submit', (route) => route.abort());
      await checkout.choose(GOOD);
      await pay(checkout);
      await question(checkout).getByText('Order processing.').waitFor();
      assert.equal((await stand.simulator.payment(payment.id)).status, 'OPEN');
      await checkout.context.unroute('**/checkout/api/submit');
      await goOn(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
    });

    story('a buyer leaves and comes back to the same session', async (checkout, payment) => {
      await begin(checkout);
      if (style === 'popup') {
        await checkout.page.evaluate(() => document.getElementById('asm-component-close-block').click());
        await checkout.page.locator('#ams-component-retention-leave').click();
      } else {
        await checkout.act('cancel');
      }
      await checkout.page.getByText('You left the payment.').waitFor();
      await checkout.page.locator('#ams-component-container, #place iframe').waitFor({ state: 'detached' });
      await stand.service.believes(payment.id, 'awaitingPayer');
      await checkout.page.getByRole('button', { name: 'Pay', exact: true }).click();
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
      const order = await stand.service.call('GET', `/v1/orders/${payment.orderId}`);
      assert.equal(order.attempts.length, 1, 'the session was used again');
    });

    story('an incomplete form is told, and pays nothing', async (checkout, payment) => {
      await begin(checkout);
      await pay(checkout);
      await checkout.page.locator('#say', { hasText: 'Please complete the form.' }).waitFor({ state: 'attached' });
      assert.equal((await stand.simulator.payment(payment.id)).status, 'OPEN');
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
    });

    for (const [answer, end] of [['approve', 'succeeded'], ['decline', 'failed']]) {
      story(`the bank asks, the buyer answers with ${answer}`, async (checkout, payment) => {
        await begin(checkout);
        await checkout.choose(GOOD);
        await pay(checkout);
        const bank = style !== 'embedded'
          ? checkout.form().frameLocator('#challenge')
          : checkout.page.frameLocator('iframe[src*="/checkout/3ds/"]');
        await bank.locator(`[name=answer][value=${answer}]`).click();
        await checkout.page.waitForURL(/\/result\//, { waitUntil: 'commit' });
        await stand.service.believes(payment.id, end);
      }, { wishes: { payment: { card: { is3DSAuthentication: true } } } });
    }

    story('pressing twice pays once', async (checkout, payment) => {
      await begin(checkout);
      await checkout.choose(GOOD);
      if (style !== 'popup') {
        await checkout.page.evaluate(() => {
          const button = document.getElementById('pay');
          button.click();
          button.disabled = false;
          button.click();
        });
      } else {
        await checkout.form().locator('#pay').dblclick();
      }
      await paid(checkout, payment);
      assert.equal((await stand.simulator.payment(payment.id)).tries.length, 1);
    });

    story('two tabs: the other one asks instead of offering a second payment', async (checkout, payment, who) => {
      const other = await who.open();
      await other.page.goto(payment.url);
      await other.page.locator('#pay').waitFor();
      await checkout.page.bringToFront();
      await begin(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await question(other).waitFor();
      assert.equal(await other.page.locator('#ams-component-container, #place iframe').count(), 0, 'its form is gone');
      await paid(checkout, payment);
      await paid(other, payment);
    });

    story('a form that is on its way while another tab pays does not come', async (checkout, payment, who) => {
      const other = await who.open();
      const session = gate();
      const submission = gate();
      await other.page.route('**/session', async (route) => { await session.passed; await route.fallback(); });
      await checkout.page.route('**/checkout/api/submit', async (route) => { await submission.passed; await route.fallback(); });
      const asked = other.page.waitForRequest('**/session');
      await other.page.goto(payment.url);
      if (style === 'popup') { await other.page.locator('#pay').click(); }
      await asked;
      await begin(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await question(other).waitFor();
      session.open();
      await question(other).getByText('Order processing.').waitFor();
      assert.equal(await other.page.locator('#ams-component-container, #place iframe').count(), 0);
      submission.open();
      await paid(checkout, payment);
      await paid(other, payment);
    });

    story('two attempts of an order: only the newer one can be paid with', async (checkout, payment) => {
      const second = await stand.service.openAgain(payment.orderId);
      await checkout.page.goto(payment.url);
      await checkout.page.getByText('Another payment was opened for this order.').waitFor();
      assert.equal(await checkout.page.locator('#pay').isVisible(), false);
      await checkout.page.goto(second.url);
      await begin(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, second);
    });

    story('the way back leads to the result and to no form', async (checkout, payment) => {
      await begin(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
      await checkout.page.goBack();
      await checkout.page.waitForURL(/\/result\//, { waitUntil: 'commit' });
      assert.equal(await checkout.page.locator('#pay').count(), 0);
    });

    story('loaded again in the middle, the page asks first and then goes on', async (checkout, payment) => {
      await begin(checkout);
      await checkout.choose(GOOD);
      if (style !== 'popup') {
        await checkout.context.route('**/checkout/api/submit', (route) => route.abort());
        await pay(checkout);
        await question(checkout).waitFor();
        await checkout.context.unroute('**/checkout/api/submit');
      }
      await checkout.page.reload();
      await question(checkout).waitFor();
      assert.equal(await checkout.page.locator('#pay').isVisible(), false);
      await goOn(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
    });

    story('a session of the sandbox that is shown in production is told, and pays nothing', async (checkout, payment) => {
      await checkout.context.route('**/session', async (route) => {
        const answer = await (await route.fetch()).json();
        assert.equal(answer.environment, 'sandbox');
        await route.fulfill({ json: { ...answer, environment: 'prod' } });
      });
      await checkout.page.reload();
      if (style === 'popup') { await checkout.page.locator('#pay').click(); }
      await checkout.page.getByText('The payment form could not be shown.').waitFor();
      assert.equal((await stand.simulator.payment(payment.id)).status, 'OPEN');
      await checkout.context.unroute('**/session');
      await checkout.page.getByRole('button', { name: 'Pay', exact: true }).click();
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
    });

    story('a session whose time has passed cannot be paid with, and the shop opens another one', async (checkout, payment) => {
      const { simulator, service } = checkout.stand;
      if (style === 'popup') { await checkout.page.locator('#pay').waitFor(); } else { await begin(checkout); }
      await simulator.advance(3_601);
      await service.isOver(payment);
      if (style === 'popup') {
        await checkout.page.locator('#pay').click();
        await checkout.page.getByText('The time for this payment has passed.').waitFor();
        assert.equal(await checkout.page.locator('#pay').isVisible(), false);
      } else {
        // The form finds out by itself.
        await question(checkout).waitFor();
      }
      await checkout.page.goto(payment.url);
      const again = checkout.page.getByRole('link', { name: 'Pay again' });
      assert.equal(await again.getAttribute('href'), `https://shop.example/pay/${payment.orderId}`);
      assert.equal((await simulator.payment(payment.id)).ledger.executed.pay ?? 0, 0);
      const second = await service.openAgain(payment.orderId);
      await checkout.page.goto(second.url);
      await begin(checkout);
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, second);
    }, { movesTime: true });

    story('the form leads to the page of a bank, and the way back to the question', async (checkout, payment) => {
      const bank = `${stand.simulator.base}/_simulator/health`;
      await begin(checkout);
      await checkout.choose(GOOD);
      await checkout.redirect(bank);
      // Whole, so that the browser has put away the page before it.
      await checkout.page.waitForURL(bank, { waitUntil: 'load' });
      await checkout.page.goBack({ waitUntil: 'commit' });
      await question(checkout).waitFor();
      assert.equal(await checkout.page.locator('#pay').isVisible(), false);
      await stand.simulator.complete(payment.id, 'success');
      await paid(checkout, payment);
    });

    story('a blocked script is told, and another try works', async (checkout, payment) => {
      const scripts = (url) => /ams-checkout\.js$|\/sdk\.js$/.test(url.pathname);
      await checkout.context.route(scripts, (route) => route.abort());
      await checkout.page.reload();
      if (style === 'popup') { await checkout.page.locator('#pay').click(); }
      await checkout.page.getByText('The payment form could not be loaded.').waitFor();
      await checkout.context.unroute(scripts);
      await checkout.page.getByRole('button', { name: 'Pay', exact: true }).click();
      await checkout.choose(GOOD);
      await pay(checkout);
      await paid(checkout, payment);
    });

    story('a code that nobody knows asks the server and is never taken for a success', async (checkout, payment) => {
      await begin(checkout);
      await stand.service.believes(payment.id, 'awaitingPayer');
      const answer = await fetch(payment.url.replace('/checkout/', '/status/') + '/events', {
        method: 'POST', body: JSON.stringify({ code: 'SDK_PAYMENT_SUCCESSFUL' }),
      });
      assert.deepEqual(await answer.json(), { status: 'processing' });
      await checkout.page.goto(payment.url.replace('/checkout/', '/result/'));
      await checkout.page.getByRole('heading', { name: 'Order processing' }).waitFor();
    });
  });
}
