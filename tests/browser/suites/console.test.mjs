// The web console as people use it: acting for a buyer, watching others act, on a desk, on a phone and by keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { STEP_MS, launch } from '../support/browser.mjs';
import { startShop } from '../support/shop.mjs';
import { startSimulator } from '../support/simulator.mjs';

const VIEWS = [
  'payments', 'notifications', 'ledger', 'cards', 'journal', 'verdicts', 'faults', 'scenarios', 'clock', 'timings', 'contract', 'clients',
  'settlement', 'snapshots', 'api',
];
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

let browser;
let simulator;
let shop;

before(async () => {
  simulator = await startSimulator();
  shop = await startShop(simulator);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await shop?.stop();
  await simulator?.stop();
});

/** A story on the console; whatever the page complains about, a broken policy too, fails it unless it is expected. */
function story(name, body, profile = {}, expected = []) {
  test(name, { timeout: 6 * STEP_MS }, async () => {
    const context = await browser.newContext({ locale: 'en-US', ...profile });
    context.setDefaultTimeout(STEP_MS);
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => { if (message.type() === 'error') { complaints.push(message.text()); } });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => dialog.accept());
    try {
      await body(page);
      assert.deepEqual(complaints.filter((one) => !expected.some((known) => one.includes(known))), []);
    } finally {
      await context.close();
    }
  });
}

async function open(page, view) {
  await page.goto(`${simulator.base}/#/${view}`);
  await page.locator(`#main .view-${view.split('/')[0]}`).waitFor();
}

function until(page, text) {
  return page.waitForFunction((wanted) => document.querySelector('#main').innerText.includes(wanted), text);
}

story('a buyer is acted for, and each button shows its call before and after', async (page) => {
  const session = await simulator.session();
  await open(page, 'payments');
  await page.locator('.row-link', { hasText: session.id }).click();
  const line = page.locator('#dock .line');
  await page.getByRole('button', { name: 'Decline' }).hover();
  assert.match(await line.textContent(), new RegExp(`^curl -d '{"outcome":"decline"}' .*/payments/${session.id}/complete`));
  assert.equal((await simulator.payment(session.id)).status, 'OPEN', 'looking is not acting');
  await page.getByRole('button', { name: 'Decline' }).click();
  await until(page, 'A try is declined');
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.locator('.hero .pill', { hasText: 'SUCCESS' }).waitFor();
  assert.match(await page.locator('#dock .bar .state').textContent(), /^200/);
  assert.equal((await simulator.payment(session.id)).status, 'SUCCESS');
  await page.locator('#clock').getByRole('button', { name: '+1 min' }).click();
  await until(page, 'Captured');
  assert.equal(await page.getByRole('button', { name: 'Decline' }).isDisabled(), true, 'a final payment takes no more acts');
});

story('the curl line does what the button does', async (page) => {
  const session = await simulator.session();
  await open(page, `payments/${simulator.clientId}/${session.id}`);
  await page.getByRole('button', { name: 'Fail', exact: true }).hover();
  const [, body, url] = /^curl -d '(.*)' '(.*)'$/.exec(await page.locator('#dock .line').textContent());
  assert.equal((await fetch(url, { method: 'POST', body })).status, 200);
  await page.locator('.hero .pill', { hasText: 'FAIL' }).waitFor();
});

story('what others do appears by itself, and what is open stays open', async (page) => {
  const session = await simulator.session();
  await open(page, `payments/${simulator.clientId}/${session.id}`);
  await page.locator('summary', { hasText: 'With a card' }).click();
  await page.getByRole('textbox', { name: 'card' }).fill('5162774114974622');
  await simulator.complete(session.id, 'pending');
  await page.locator('.hero .pill', { hasText: 'PENDING' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'card' }).inputValue(), '5162774114974622', 'nobody is interrupted while typing');
});

story('text from outside stays text', async (page) => {
  const order = '<img src=x onerror=alert(1)>';
  const session = await simulator.session({
    order: { referenceOrderId: order, orderDescription: '<script>alert(2)</script>', orderAmount: { currency: 'SGD', value: '4200' } },
  });
  page.on('dialog', () => assert.fail('a script from outside has run'));
  for (const view of [`payments/${simulator.clientId}/${session.id}`, 'payments', 'ledger', 'journal']) {
    await open(page, view);
    if (view !== 'journal') { await until(page, order); }
    assert.equal(await page.locator('img[src="x"], #main script').count(), 0, view);
  }
});

story('a refusal is told in words', async (page) => {
  await open(page, 'settlement');
  await page.getByLabel('date').fill('yesterday');
  await page.getByRole('button', { name: 'Settle the day' }).click();
  await page.locator('#dock .told', { hasText: 'date yesterday is no day' }).waitFor();
}, {}, ['400 (Bad Request)']);

story('faults are added, kept and cleared', async (page) => {
  await open(page, 'faults');
  await page.getByRole('button', { name: 'A bad day' }).click();
  await page.getByRole('button', { name: 'Remove' }).nth(5).waitFor();
  await page.getByRole('button', { name: 'Remove' }).first().click();
  await page.getByLabel('target').fill('capture');
  await page.getByLabel('kind').selectOption('latency');
  await page.getByLabel('Script').fill('0 1 1');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator('.card code', { hasText: 'capture' }).waitFor();
  const { rules } = await (await fetch(`${simulator.base}/_simulator/faults`)).json();
  assert.equal(rules.length, 6);
  assert.deepEqual(rules.at(-1), { target: 'capture', script: [false, true, true], next: 0, do: { kind: 'latency' } });
  await page.getByRole('button', { name: 'Clear all' }).click();
  await until(page, 'Nothing goes wrong.');
});

story('only what was changed is saved', async (page) => {
  await open(page, 'timings');
  await page.getByLabel('captureMs').fill('2500');
  await page.getByRole('button', { name: /^Save/ }).click();
  await page.locator('#dock .bar .state', { hasText: '200' }).waitFor();
  await page.getByRole('button', { name: 'Calls' }).click();
  assert.match(await page.locator('.calls li').first().textContent(), /-X PUT -d '{"captureMs":2500}'/);
});

story('the keyboard is enough', async (page) => {
  const session = await simulator.session();
  await open(page, 'payments');
  await page.keyboard.press('/');
  await page.keyboard.type(session.id);
  await page.waitForFunction(() => document.querySelectorAll('.row-link').length === 1);
  for (let step = 0; step < 20; step += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.matches('.row-link'))) { break; }
  }
  await page.keyboard.press('Enter');
  await page.locator('.timeline').waitFor();
  await page.getByRole('button', { name: 'Pay', exact: true }).focus();
  assert.match(await page.locator('#dock .line').textContent(), /"outcome":"success"/, 'focus shows the call as well');
  await page.keyboard.press('Enter');
  await page.locator('.hero .pill', { hasText: 'SUCCESS' }).waitFor();
});

for (const [device, profile] of [['a desk', { viewport: { width: 1280, height: 800 } }], ['a phone', PHONE]]) {
  for (const colorScheme of ['light', 'dark']) {
    story(`every view fits ${device} in ${colorScheme} colours`, async (page) => {
      const long = 'x'.repeat(64);
      const session = await simulator.session({
        order: { referenceOrderId: long, orderDescription: long, orderAmount: { currency: 'SGD', value: '4200' } },
      });
      await simulator.complete(session.id, 'decline');
      await simulator.complete(session.id, 'success');
      await fetch(`${simulator.base}/_simulator/clock/advance`, { method: 'POST', body: '{"seconds":200}' });
      for (const view of [...VIEWS, `payments/${simulator.clientId}/${session.id}`]) {
        await open(page, view);
        if (view.includes('/')) { await until(page, 'Captured'); }
        const surplus = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(surplus <= 0, `${view} is ${surplus} px too wide`);
        const [ground, ink] = await page.evaluate(() => {
          const style = getComputedStyle(document.documentElement);
          return [style.backgroundColor, style.color].map((one) => one.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
        });
        assert.equal(ground > ink, colorScheme === 'light', view);
      }
    }, { ...profile, colorScheme });
  }
}

story('a page of another site cannot move the clock', async (page) => {
  await page.goto(`${shop.base}/result?order=1`);
  const before = (await (await fetch(`${simulator.base}/_simulator/events`)).json()).counter;
  const outcome = await page.evaluate(async (base) => {
    const plain = { method: 'POST', mode: 'no-cors', body: '{"seconds":86400}' };
    await fetch(`${base}/_simulator/clock/advance`, plain).catch(() => undefined);
    await fetch(`${base}/_simulator/reset`, plain).catch(() => undefined);
    return fetch(`${base}/_simulator/payments`).then((answer) => answer.status, () => 'refused');
  }, simulator.base);
  assert.equal(outcome, 'refused');
  assert.equal((await (await fetch(`${simulator.base}/_simulator/events`)).json()).counter, before, 'nothing has changed');
}, {}, ['403', 'CORS', 'ERR_FAILED', 'Failed to load resource']);
