// The dashboard as people use it: signing in, finding an order, refunding, watching, by keyboard, on a phone and on a desk.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { STEP_MS, launch } from '../support/browser.mjs';
import { shot } from '../support/pictures.mjs';
import { startService } from '../support/service.mjs';
import { startSimulator } from '../support/simulator.mjs';
import { WEAPONS } from '../support/weapons.mjs';

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
function story(name, body, profile = {}, expected = [], timeout = 6 * STEP_MS) {
  test(name, { timeout }, async () => {
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

story(`none of ${WEAPONS.length} texts from the shop, the gateway or an address becomes anything but text`, async (page) => {
  assert.ok(WEAPONS.length >= 200);
  await signIn(page);
  // Only a long list has a way to more; the harmless ones are few.
  const known = new Set(['http://www.w3.org/1999/xhtml A class href rel']);
  const learn = async () => { for (const part of await parts(page)) { known.add(part); } };
  for (const [place, text] of ['harmless', 'harmless-too', 'harmless-as-well'].entries()) {
    const path = await spoken(text, place);
    for (const one of [path, addressed(text), '/orders']) {
      await open(page, one);
      await learn();
    }
  }
  await open(page, '/alerts');
  // The page renews itself.
  await page.locator('.alerts li').first().waitFor();
  await learn();
  await open(page, '');
  await learn();
  const judge = async (weapon, path) => {
    const odd = (await parts(page)).filter((part) => !known.has(part));
    assert.deepEqual(odd, [], `${JSON.stringify(weapon)} on ${path}`);
  };
  const paths = [];
  for (let first = 0; first < WEAPONS.length; first += AT_ONCE) {
    const some = WEAPONS.slice(first, first + AT_ONCE);
    paths.push(...await Promise.all(some.map((weapon, place) => spoken(weapon, first + place))));
  }
  for (const [place, weapon] of WEAPONS.entries()) {
    const path = paths[place];
    await open(page, path);
    await judge(weapon, path);
    // The same once more as a page that stays open renews itself.
    await page.evaluate(async () => { document.querySelector('[data-live]').replaceChildren(); await look(); });
    await judge(weapon, `${path}, renewed`);
    const times = await page.evaluate((text) => document.querySelector('main').textContent.split(text).length - 1, weapon);
    assert.ok(times >= 3, `${JSON.stringify(weapon)} stands ${times} times on ${path}`);
    await open(page, addressed(weapon));
    await judge(weapon, 'the address');
  }
  await open(page, '/alerts');
  await judge('all', '/alerts');
  const alerts = await page.locator('.alerts li', { hasText: 'Another amount' }).count();
  assert.ok(alerts >= WEAPONS.length / 4, `${alerts} alerts`);
  await open(page, '');
  await judge('all', 'the overview');
  await open(page, '/orders');
  for (let pages = 1; ; pages += 1) {
    await judge('all', `/orders, ${pages}`);
    const older = page.locator('a[rel=next]');
    if (await older.count() === 0) { assert.ok(pages >= 4, `${pages} pages of orders`); break; }
    await older.click();
  }
}, {}, ['400'], 30 * STEP_MS);

const AT_ONCE = 10;

/** The path of an order whose every text is this one: the shop's, then what the gateway says of it in its notifications. */
async function spoken(text, place) {
  // Ids are short and have neither blanks, foreign letters, nor # and *.
  const id = text.replace(/[^\x21-\x7e]|[#*]/g, '').slice(0, 64);
  // The merchant API refuses control characters and, as the gateway asks for, Chinese ones; the gateway may send them.
  const own = text.replace(/\p{Cc}|\p{Script=Han}/gu, '');
  const order = await service.order({
    description: own,
    buyer: { referenceBuyerId: id, buyerName: { fullName: own } },
    goods: [{ referenceGoodsId: 'goods-1', goodsName: own }],
  }).catch((error) => assert.fail(`${JSON.stringify(text)}: ${error.message}`));
  const tell = (notifyType, body) => fetch(`${simulator.base}/_simulator/notifications/trigger`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      paymentRequestId: order.payment, notifyType, body: { notifyType, paymentRequestId: order.payment, ...body },
    }),
  }).then((answer) => assert.ok(answer.ok, `${answer.status} for ${JSON.stringify(text)}`));
  await tell(text, {});
  const ends = [
    { result: { resultStatus: 'F', resultCode: text, resultMessage: text } },
    { result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: text }, paymentAmount: { currency: 'USD', value: text } },
    {
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: text }, paymentAmount: { currency: 'USD', value: '4200' },
      paymentResultInfo: { cardBrand: text, funding: text, issuingCountry: text, networkTransactionId: text },
    },
  ];
  await tell('PAYMENT_RESULT', { paymentId: `${id}-${place}`, ...ends[place % ends.length] });
  await service.until(order.id, (seen) => seen.timeline.some((entry) =>
    ['PaymentFailed', 'AmountMismatch', 'PaymentSucceeded'].includes(entry.event)));
  return `/orders/${order.id}`;
}

const addressed = (text) => `/orders?${['id', 'buyer', 'from', 'phase', 'cursor', 'lang'].map((name) => `${name}=${encodeURIComponent(text)}`).join('&')}`;

/** Every kind of element with the names of its attributes. */
const parts = (page) => page.evaluate(() => [...new Set([...document.querySelectorAll('*')].map((node) =>
  `${node.namespaceURI} ${node.tagName} ${node.getAttributeNames().sort().join(' ')}`))]);

story('the first paint comes within 300 ms', async (page) => {
  const order = await paid();
  await signIn(page);
  for (const path of ['', `/orders/${order.id}`]) {
    const paints = [];
    // The quickest of some loads is the page's; the others are the machine's.
    for (let loads = 0; loads < 5; loads += 1) {
      await open(page, path);
      paints.push(await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
        .then((paint) => paint.jsonValue()));
    }
    console.log(`first paint of ${path || 'the overview'}: ${paints.map(Math.round).join(', ')} ms`);
    assert.ok(Math.min(...paints) < 300, `${path} painted after ${paints} ms`);
  }
});

story('Chinese is one click away and stays', async (page) => {
  await signIn(page);
  await page.getByRole('link', { name: '中文' }).click();
  await page.getByRole('heading', { name: '概览' }).waitFor();
  await page.getByRole('link', { name: '订单' }).click();
  await page.getByRole('heading', { name: '订单' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
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
