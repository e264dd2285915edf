// The dashboard as people use it: signing in, finding an order, refunding, watching, by keyboard, on a phone and on a desk.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { STEP_MS, launch } from '../support/browser.mjs';
import { shot } from '../support/pictures.mjs';
import { startService } from '../support/service.mjs';
import { startSimulator } from '../support/simulator.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

let browser;
let simulator;
let service;

before(async () => {
  simulator = await startSimulator();
  service = await startService(simulator);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await service?.stop();
  await simulator?.stop();
});

/** A story in a browser of its own; a broken policy, an error and a request to elsewhere fail it. */
function story(name, body, profile = {}, expected = []) {
  test(name, { timeout: 6 * STEP_MS }, async () => {
    const context = await browser.newContext({ locale: 'en-US', ...DESK, ...profile });
    context.setDefaultTimeout(STEP_MS);
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => { if (message.type() === 'error') { complaints.push(message.text()); } });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('request', (request) => {
      if (!request.url().startsWith(service.admin)) { complaints.push(`leaves for ${request.url()}`); }
    });
    try {
      await body(page, context);
      assert.deepEqual(complaints.filter((one) => !expected.some((known) => one.includes(known))), []);
    } finally {
      await context.close();
    }
  });
}

async function signIn(page) {
  await page.goto(`${service.admin}/dashboard`);
  await page.locator('#key').fill(service.desk);
  await page.locator('button.main').click();
  await page.locator('nav').waitFor();
}

async function paid(changes) {
  const order = await service.order(changes);
  await simulator.complete(order.payment, 'success');
  await service.until(order.id, (seen) => seen.shippable);
  return order;
}

const open = (page, path) => page.goto(`${service.admin}/dashboard${path}`);

story('a wrong key is told, a right one opens, and leaving ends it', async (page) => {
  await page.goto(`${service.admin}/dashboard`);
  await page.getByLabel('API key').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'No such key' }).waitFor();
  await signIn(page);
  assert.equal(await page.evaluate(() => document.cookie), '', 'scripts see no cookie');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  await page.goBack();
  await open(page, '/orders');
  assert.match(page.url(), /sign-in$/);
}, {}, ['401']);

story('an order is found and a part of it refunded, and two clicks refund once', async (page) => {
  const order = await paid();
  await signIn(page);
  await page.getByRole('link', { name: 'Orders' }).click();
  await page.getByLabel('Order, payment or refund id').fill(order.payment);
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('link', { name: order.id }).click();
  await page.locator('.large .pill', { hasText: 'paid' }).waitFor();
  await page.locator('summary', { hasText: 'Refund' }).click();
  await page.getByLabel('Amount in USD').fill('12.34');
  await page.getByLabel('Reason').fill('one cup was broken');
  await page.getByRole('button', { name: 'Refund', exact: true }).dblclick();
  await page.getByRole('status').waitFor();
  const seen = await service.until(order.id, (one) => one.timeline.some((entry) => entry.event === 'RefundSucceeded'));
  assert.equal(seen.timeline.filter((entry) => entry.event === 'RefundRequested').length, 1);
  assert.deepEqual(seen.attempts[0].refunds.map((refund) => refund.amount), [{ currency: 'USD', value: '1234' }]);
  await page.locator('.timeline li.good', { hasText: 'Refunded' }).waitFor();
});

story('a refusal is told beside the order, and nothing is done', async (page) => {
  const order = await paid();
  await signIn(page);
  await open(page, `/orders/${order.id}`);
  await page.locator('summary', { hasText: 'Refund' }).click();
  await page.getByLabel('Amount in USD').fill('42.01');
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'Not done' }).waitFor();
  assert.equal((await service.call('GET', `/v1/orders/${order.id}`)).attempts[0].refunds.length, 0);
}, {}, ['400']);

story('what happens elsewhere appears by itself, and nobody is interrupted while typing', async (page) => {
  const order = await service.order({}, 'MANUAL');
  await signIn(page);
  await open(page, `/orders/${order.id}`);
  await page.locator('.large .pill', { hasText: 'awaiting payment' }).waitFor();
  await simulator.complete(order.payment, 'success');
  await page.locator('.large .pill', { hasText: 'authorized' }).waitFor();
  await page.locator('summary', { hasText: 'Capture' }).click();
  await page.getByLabel('Amount in USD').fill('41.99');
  await service.call('POST', `/v1/payments/${order.payment}/capture`, {});
  await service.until(order.id, (seen) => seen.shippable);
  await page.waitForTimeout(5_000);
  assert.equal(await page.getByLabel('Amount in USD').inputValue(), '41.99');
});

story('the keyboard is enough', async (page) => {
  const order = await paid();
  await page.goto(`${service.admin}/dashboard`);
  await page.keyboard.type(service.desk);
  await page.keyboard.press('Enter');
  await page.locator('nav').waitFor();
  await tabTo(page, 'nav a[href="/dashboard/orders"]');
  await page.keyboard.press('Enter');
  await page.locator('#id').waitFor();
  await tabTo(page, '#id');
  await page.keyboard.type(order.id);
  await page.keyboard.press('Enter');
  await page.waitForURL(/id=/);
  await tabTo(page, `a[href$="/${order.id}"]`);
  await page.keyboard.press('Enter');
  await page.locator('.attempt').waitFor();
  await tabTo(page, `#refund-${order.payment} summary`);
  await page.keyboard.press('Enter');
  await tabTo(page, `#amount-refund-${order.payment}`);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('1.00');
  await page.keyboard.press('Enter');
  await page.getByRole('status').waitFor();
  await service.until(order.id, (seen) => seen.attempts[0].refunds?.[0].amount.value === '100');
});

async function tabTo(page, selector) {
  for (let step = 0; step < 60; step += 1) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) { return; }
    await page.keyboard.press('Tab');
  }
  assert.fail(`no way by keyboard to ${selector}`);
}

story('text from outside stays text', async (page) => {
  const weapon = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
  const buyer = '"><img/src=x>';
  const order = await service.order({ description: weapon, buyer: { referenceBuyerId: buyer } });
  await signIn(page);
  for (const path of [`/orders/${order.id}`, `/orders?buyer=${encodeURIComponent(weapon)}`, '/orders', '/alerts', '']) {
    await open(page, path);
    assert.equal(await page.locator('img, main script').count(), 0, path);
  }
  await open(page, `/orders/${order.id}`);
  await page.getByText(weapon).first().waitFor();
});

story('Chinese is one click away and stays', async (page) => {
  await signIn(page);
  await page.getByRole('link', { name: '中文' }).click();
  await page.getByRole('heading', { name: '概览' }).waitFor();
  await page.getByRole('link', { name: '订单' }).click();
  await page.getByRole('heading', { name: '订单' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh');
});

story('without scripts everything works', async (page) => {
  const order = await service.order({}, 'MANUAL');
  await signIn(page);
  await open(page, `/orders/${order.id}`);
  await page.locator('summary', { hasText: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Cancel the payment' }).click();
  await page.getByRole('status').waitFor();
  await service.until(order.id, (seen) => seen.timeline.some((entry) => entry.event === 'CancelConfirmed'));
}, { javaScriptEnabled: false });

for (const [device, profile] of [['1280', DESK], ['390', PHONE]]) {
  for (const [locale, colorScheme] of [['en-US', 'light'], ['zh-CN', 'dark']]) {
    story(`every page fits ${device} px, in ${locale} and ${colorScheme}, and axe finds nothing serious`, async (page) => {
      const long = 'x'.repeat(64);
      const order = await paid({ description: long, buyer: { referenceBuyerId: long } });
      await service.order({}, 'MANUAL');
      await page.goto(`${service.admin}/dashboard/sign-in`);
      await judge(page, `sign-in-${device}-${locale}`);
      await signIn(page);
      for (const [name, path] of [['overview', ''], ['orders', '/orders'], ['alerts', '/alerts'], ['reports', '/reconciliations'], ['order', `/orders/${order.id}`]]) {
        await open(page, path);
        await judge(page, `${name}-${device}-${locale}`);
      }
      await page.locator('summary').last().click();
      await judge(page, `refund-${device}-${locale}`);
    }, { ...profile, locale, colorScheme });
  }
}

async function judge(page, name) {
  await shot(page, `dashboard-${name}`);
  const surplus = await page.evaluate((width) => document.documentElement.scrollWidth - width, page.viewportSize().width);
  assert.ok(surplus <= 0, `${name} is ${surplus} px too wide`);
  // As the browser's driver, not as the page: the page's own policy would not let it in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run());
  const serious = violations.filter((one) => ['serious', 'critical'].includes(one.impact));
  assert.deepEqual(serious.map((one) => [one.id, one.nodes.map((node) => node.html)]), [], name);
}
