// The hosted page, the bank's page and the app's page in a browser, as a buyer meets them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { STEP_MS, launch } from '../support/browser.mjs';
import { startShop } from '../support/shop.mjs';
import { startSimulator } from '../support/simulator.mjs';

const GOOD = '4054695723100768';
const BAD = '4054692760174822';

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

function story(name, body, profile = {}) {
  test(name, { timeout: 6 * STEP_MS }, async () => {
    const context = await browser.newContext({ locale: 'en-US', ...profile });
    context.setDefaultTimeout(STEP_MS);
    try {
      await body(await context.newPage());
    } finally {
      await context.close();
    }
  });
}

function hosted(changes) {
  return simulator.hosted({ paymentRedirectUrl: `${shop.base}/result?order=1`, ...changes });
}

async function enter(page, card) {
  await page.getByLabel('Card number').pressSequentially(card);
  await page.getByLabel('Expiry').pressSequentially('1239');
  await page.getByLabel('Security code').fill('123');
}

story('a buyer types a card in, is declined, tries another one and is back in the shop', async (page) => {
  const payment = await hosted();
  await page.goto(payment.url);
  await enter(page, BAD);
  assert.equal(await page.getByLabel('Card number').inputValue(), '4054 6927 6017 4822');
  assert.equal(await page.getByLabel('Expiry').inputValue(), '12/39');
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByText('DO_NOT_HONOR').waitFor();
  await enter(page, GOOD);
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.waitForURL(`${shop.base}/result?order=1`);
  assert.equal((await simulator.payment(payment.id)).status, 'SUCCESS');
});

story('the same without scripts', async (page) => {
  const payment = await hosted();
  await page.goto(payment.url);
  await page.getByText('For tests').click();
  await page.getByLabel('Test card').selectOption(GOOD);
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.waitForURL(`${shop.base}/result?order=1`);
}, { javaScriptEnabled: false });

story('a faulty field is named to everybody, and keeps nothing that was typed', async (page) => {
  await page.goto((await hosted()).url);
  await page.getByLabel('Card number').fill('1234');
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  const number = page.locator('[name=cardNo]');
  await number.and(page.locator('[aria-invalid=true]')).waitFor();
  assert.equal(await number.inputValue(), '');
  const described = await number.getAttribute('aria-describedby');
  assert.match(await page.locator(`#${described}`).textContent(), /12 to 19 digits/);
});

story('two tabs pay once', async (page) => {
  const payment = await hosted();
  const other = await page.context().newPage();
  for (const tab of [page, other]) {
    await tab.goto(payment.url);
    await enter(tab, GOOD);
  }
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.waitForURL(`${shop.base}/result?order=1`);
  await other.getByRole('button', { name: 'Pay', exact: true }).click();
  await other.getByText('This payment is complete.').waitFor();
  await other.getByRole('link', { name: 'Back to the shop' }).click();
  await other.waitForURL(`${shop.base}/result?order=1`);
  assert.equal((await simulator.payment(payment.id)).ledger.executed.pay, 1);
});

story('the bank asks in the same window', async (page) => {
  const metaData = { paymentMethodMetaData: { is3DSAuthentication: true } };
  const payment = await hosted({ paymentMethod: { paymentMethodType: 'CARD', ...metaData } });
  await page.goto(payment.url);
  await enter(page, GOOD);
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await page.getByRole('button', { name: 'Confirm the payment' }).click();
  await page.waitForURL(`${shop.base}/result?order=1`);
  assert.equal((await simulator.payment(payment.id)).status, 'SUCCESS');
});

story('a browser in Chinese gets Chinese pages', async (page) => {
  await page.goto((await hosted()).url);
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await page.getByLabel('卡号').waitFor();
}, { locale: 'zh-CN' });

for (const [name, width] of [['phone', 320], ['desk', 1280]]) {
  story(`no page is wider than a ${name}`, async (page) => {
    const metaData = { paymentMethodMetaData: { is3DSAuthentication: true, tokenizeMode: 'ASKFORCONSENT' } };
    const payment = await hosted({ paymentMethod: { paymentMethodType: 'CARD', ...metaData } });
    const fits = async () => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} at ${page.url()}`);
    };
    await page.goto(payment.url);
    await page.getByText('For tests').click();
    await page.getByText('Billing address').click();
    await fits();
    await page.getByLabel('Test card').selectOption(GOOD);
    await page.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.getByRole('button', { name: 'Confirm the payment' }).waitFor();
    await fits();
  }, { viewport: { width, height: 720 } });
}

story('the page to try the SDK on mounts it under a policy that allows nothing inline', async (page) => {
  await page.goto(`${simulator.base}/_simulator/demo`);
  await page.getByRole('button', { name: 'Make a new session' }).click();
  await page.waitForURL(/session=/);
  const form = page.frameLocator('iframe[src*="/component-app/"]');
  await form.getByText('For tests').click();
  await form.getByLabel('Test card').selectOption(GOOD);
  await page.getByRole('button', { name: 'submit()' }).click();
  await page.locator('#log').getByText('SDK_PAYMENT_SUCCESSFUL').first().waitFor();
});
