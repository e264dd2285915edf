// What holds for the service's pages whatever SDK they load: hosted payments, the result page, phone and desk, the keyboard,
// accessibility, weight, speed, and browsers that cannot run the form. Pictures of each page are kept.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { parse } from 'acorn';

import { AT_ONCE, STAND_IN, STEP_MS, launch } from '../support/browser.mjs';
import { shot } from '../support/pictures.mjs';
import { GOOD, buyer, startStand } from '../support/checkout-stories.mjs';
import { WEAPONS } from '../support/weapons.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ASSETS = new URL('../../../antom-adapters/src/inbound/pages/assets/', import.meta.url);
const HOSTED = { payment: { integration: 'hosted', terminalType: 'WEB', clientIp: '203.0.113.7' } };

let browser;
let stand;

before(async () => {
  stand = await startStand(STAND_IN, { style: 'embedded', billing_address: true });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await stand?.stop();
});

function story(name, body, { wishes, profile } = {}) {
  test(name, { timeout: 6 * STEP_MS }, async () => {
    const who = await buyer(browser, STAND_IN, stand, profile);
    try {
      const payment = await stand.service.checkout(wishes);
      const checkout = await who.open();
      await body(checkout, payment, who);
      assert.deepEqual(await stand.simulator.violations(), []);
      assert.deepEqual(who.asked.filter((url) => /^https?:$/.test(url.protocol) && url.hostname !== '127.0.0.1'), []);
    } finally {
      await who.context.close();
    }
  });
}

const question = (page) => page.getByRole('dialog', { name: 'Have you paid already?' });

async function serious(page) {
  // The driver's own scripts are not bound by the policy of the page.
  await page.evaluate(`${AXE}; undefined`);
  const found = (await page.evaluate('axe.run(document, { iframes: false })')).violations;
  return found.filter((one) => ['serious', 'critical'].includes(one.impact)).map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
}

describe('the pages of buyers', AT_ONCE, () => {
  story('a hosted payment goes to the gateway and comes back to the result', async ({ page }, payment) => {
    await page.goto(payment.url);
    await page.getByRole('link', { name: 'Go to the payment page' }).click();
    await page.getByText('For tests').click();
    await page.getByLabel('Test card').selectOption(GOOD);
    await page.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.waitForURL(/\/result\//, { waitUntil: 'commit' });
    await page.getByRole('heading', { name: 'Payment complete' }).waitFor();
    await stand.service.believes(payment.id, 'succeeded');
    assert.equal((await stand.simulator.payment(payment.id)).ledger.executed.pay, 1);
  }, { wishes: HOSTED });

  story('back from the gateway without a payment, the page asks first and then lets the buyer go on', async ({ page }, payment) => {
    await page.goto(payment.url);
    await page.getByRole('link', { name: 'Go to the payment page' }).click();
    await page.getByText('For tests').waitFor();
    await page.goBack();
    await question(page).waitFor();
    await question(page).getByRole('button', { name: 'I have not paid: go on' }).click();
    await page.getByRole('link', { name: 'Go to the payment page' }).click();
    await page.getByText('For tests').waitFor();
  }, { wishes: HOSTED });

  story('back from the gateway after a payment, the result is shown', async ({ page }, payment) => {
    await page.goto(payment.url);
    await page.getByRole('link', { name: 'Go to the payment page' }).click();
    await page.getByText('For tests').waitFor();
    await stand.simulator.complete(payment.id, 'success');
    await page.goBack();
    await page.waitForURL(/\/result\//, { waitUntil: 'commit' });
    await page.getByRole('heading', { name: 'Payment complete' }).waitFor();
  }, { wishes: HOSTED });

  story('a hosted payment needs no script', async ({ page }, payment) => {
    await page.goto(payment.url);
    await page.getByRole('link', { name: 'Go to the payment page' }).click();
    await page.getByText('For tests').waitFor();
  }, { wishes: HOSTED, profile: { javaScriptEnabled: false } });

  story('without scripts the form is replaced by a sentence', async ({ page }, payment) => {
    await page.goto(payment.url);
    assert.match(await page.locator('main').innerText(), /needs JavaScript/);
  }, { profile: { javaScriptEnabled: false } });

  story('an old browser gets a sentence instead of a blank page', async ({ page }, payment) => {
    await page.addInitScript(() => { window.Promise = undefined; });
    await page.goto(payment.url);
    await page.getByText('This browser is too old to pay with.').waitFor();
  });

  story('the address of the result page is not believed', async ({ page }, payment) => {
    await page.goto(`${payment.url.replace('/checkout/', '/result/')}?paymentStatus=SUCCESS&result=S`);
    await page.getByRole('heading', { name: 'Order processing' }).waitFor();
    assert.equal(await page.getByText('Payment complete').count(), 0);
    assert.match(await page.getByRole('link', { name: 'To the order' }).getAttribute('href'), /^https:\/\/shop\.example\/orders\//);
  });

  story('the methods of the gateway are links to the shop', async ({ page }, payment) => {
    await page.goto(payment.url);
    await page.locator('#own-logo').waitFor();
    await page.getByText('Pay in another way').click();
    const hrefs = await page.locator('#others a').evaluateAll((links) => links.map((link) => link.href));
    assert.ok(hrefs.length > 0);
    for (const href of hrefs) { assert.ok(href.startsWith(`https://shop.example/pay/${payment.orderId}?paymentMethodType=`), href); }
    assert.equal(await page.locator('#brands').isVisible(), false);
  });

  story('Korean buyers choose the brand of their card', async ({ page }, payment) => {
    await page.goto(payment.url);
    const brands = page.locator('#brands a');
    await brands.first().waitFor();
    assert.match(await brands.first().getAttribute('href'), /paymentMethodType=CARD&selectedCardBrand=VISA$/);
  }, { wishes: { order: { amount: { currency: 'KRW', value: '4200' } } } });

  story('the address goes along with the payment, and its country is asked for', async (checkout, payment) => {
    const { page } = checkout;
    await page.goto(payment.url);
    await checkout.choose(GOOD);
    await page.locator('#pay').press('Enter');
    await page.getByText('Please give the country').waitFor();
    await page.getByLabel('Country code').fill('sg');
    await page.getByLabel('Postal code').fill('AVS-N');
    await page.locator('#pay').press('Enter');
    await page.waitForURL(/\/result\//, { waitUntil: 'commit' });
    const inquired = await stand.simulator.call('inquiryPayment', { paymentRequestId: payment.id });
    assert.equal(inquired.paymentResultInfo.avsResultRaw, 'N');
  });

  story('the keyboard alone is enough, and stays in the question while it is there', async (checkout, payment) => {
    const { page } = checkout;
    await page.goto(payment.url);
    await checkout.settled();
    const until = async (matches) => {
      for (let presses = 0; presses < 80; presses += 1) {
        if (await page.evaluate(matches)) { return; }
        await page.keyboard.press('Tab');
      }
      throw new Error('not reached with the keyboard');
    };
    await until(() => document.activeElement.name === 'region');
    await page.keyboard.type('SG');
    await until(() => document.activeElement.tagName === 'IFRAME');
    await checkout.choose(GOOD);
    await page.locator('#billing-region').focus();
    await until(() => document.activeElement.id === 'pay');
    await checkout.context.route('**/checkout/api/submit', (route) => route.abort());
    await page.keyboard.press('Enter');
    await question(page).waitFor();
    await question(page).getByText('Order processing.').waitFor();
    for (let presses = 0; presses < 8; presses += 1) {
      await page.keyboard.press(presses < 4 ? 'Tab' : 'Shift+Tab');
      assert.ok(await page.evaluate(() => document.getElementById('ask').contains(document.activeElement)));
    }
  });

  for (const width of [390, 1280]) {
    for (const [locale, words] of [['en-US', 'Pay'], ['zh-CN', '支付']]) {
      story(`the pages fit ${width} pixels, speak ${locale}, and have no serious fault for anybody`, async (checkout, payment) => {
        const { page } = checkout;
        const look = async (name) => {
          await shot(page, `buyer-${name}-${locale}-${width}`);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width, `${name} is too wide`);
          assert.deepEqual(await serious(page), [], name);
        };
        await page.goto(payment.url);
        assert.equal(await page.locator('html').getAttribute('lang'), locale === 'zh-CN' ? 'zh-CN' : 'en');
        await page.locator('#pay', { hasText: words }).waitFor();
        await checkout.settled();
        await look('checkout');
        await page.goto(payment.url.replace('/checkout/', '/result/'));
        await page.locator('#processing').waitFor();
        await look('processing');
        await stand.simulator.complete(payment.id, 'success');
        await page.locator('h2.good').waitFor();
        await look('paid');
        const other = await stand.service.checkout();
        await stand.simulator.complete(other.id, 'pending');
        await stand.service.believes(other.id, 'pending');
        await page.goto(other.url);
        await page.locator('#ask').waitFor();
        await page.locator('#ask-busy').waitFor({ state: 'hidden' });
        await look('question');
        const hosted = await stand.service.checkout(HOSTED);
        await page.goto(hosted.url);
        await page.locator('#own-logo').waitFor();
        await look('hosted');
        await stand.simulator.complete(hosted.id, 'fail');
        await page.goto(hosted.url.replace('/checkout/', '/result/'));
        await page.locator('h2.bad').waitFor();
        await look('failed');
      }, { profile: { locale, viewport: { width, height: 844 } } });
    }
  }

  story('no name of a method becomes markup', async ({ page }, payment) => {
    assert.ok(WEAPONS.length >= 200, `${WEAPONS.length} texts`);
    const entry = (name) => ({ isOwn: false, name, href: `https://shop.example/?${encodeURIComponent(name)}`, brands: [] });
    const own = (name) => ({ isOwn: true, name, href: null, brands: WEAPONS.map(entry) });
    await page.route('**/methods', (route) => route.fulfill({ json: { methods: [own(WEAPONS[0]), ...WEAPONS.map(entry)] } }));
    await page.addInitScript(() => { window.alert = () => { window.wasRun = true; }; });
    await page.goto(payment.url);
    await page.locator('#own-name', { hasText: WEAPONS[0] }).waitFor();
    for (const list of ['#others', '#brands']) {
      assert.deepEqual(await page.locator(`${list} li span`).allTextContents(), WEAPONS);
      const inside = page.locator(`${list} li`).locator('*:not(a):not(span)');
      assert.equal(await inside.count(), 0, 'nothing but links with a text');
    }
    assert.equal(await page.evaluate(() => window.wasRun), undefined);
  });
});

// Alone, since it takes the time.
story('the page weighs little and is there at once', async (checkout, payment) => {
  const { page } = checkout;
  const bodies = [];
  page.on('response', (response) => {
    if (new URL(response.url()).origin === stand.service.base) { bodies.push(response.body()); }
  });
  await page.goto(payment.url);
  await page.locator('#own-logo').waitFor();
  await checkout.settled();
  const weight = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
  assert.ok(weight > 5_000 && weight < 60_000, `${weight} bytes`);
  page.removeAllListeners('response');
  const paints = [];
  for (let loads = 0; loads < 3; loads += 1) {
    await page.goto(payment.url);
    paints.push(await page.waitForFunction(() => {
      const paint = performance.getEntriesByName('first-contentful-paint')[0];
      return paint && paint.startTime;
    }).then((paint) => paint.jsonValue()));
  }
  assert.ok(Math.min(...paints) < 300, `painted after ${paints} ms`);
});

describe('the script for the oldest browsers', () => {
  const files = ['common.js', 'query.js', 'component.js', 'checkout.js', 'result.js'];
  const tooNew = /\b(fetch|Symbol|Map|Set|WeakMap|Proxy|Reflect|URLSearchParams|URL|FormData|AbortController|globalThis)\s*[.(]|\.(includes|startsWith|endsWith|padStart|padEnd|repeat|closest|matches|append|prepend|remove|replaceAll|entries|flat|finally|forEach)\(|Object\.(assign|values|entries)|Array\.(from|of)|Number\.is/;
  for (const file of files) {
    test(`${file} is ES5 and calls nothing newer`, () => {
      const text = readFileSync(new URL(file, ASSETS), 'utf8');
      parse(`(function () {${text}}());`, { ecmaVersion: 5, allowReturnOutsideFunction: false });
      const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
      assert.equal(tooNew.exec(code), null);
    });
  }

  test('the style sheet uses nothing that they do not know', () => {
    const text = readFileSync(new URL('pages.css', ASSETS), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    assert.equal(/var\(|\bgap:|\binset|aspect-ratio|:is\(|:has\(|\bmin\(|\bmax\(|\bclamp\(|display: ?grid|@layer|@container/.exec(text), null);
  });
});
