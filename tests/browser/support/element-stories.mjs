// The newer element: its own classes, promises and answers, on the same form.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { AT_ONCE, Checkout, STEP_MS, launch } from './browser.mjs';
import { startShop } from './shop.mjs';
import { startSimulator } from './simulator.mjs';

const GOOD = '4054695723100768';
const BAD = '4054692760174822';

/** Tells the element's stories for one way to bring an SDK to the simulator. */
export function tellElement(way) {
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

  describe(`AMSElement, ${way.name}`, AT_ONCE, () => {
    const story = (name, body) => test(name, { timeout: 6 * STEP_MS }, async () => {
      const checkout = await Checkout.open(browser, way, simulator, shop);
      try {
        await body(checkout);
      } finally {
        await checkout.close();
      }
    });
    const session = (changes) => simulator.session({ productScene: 'ELEMENT_PAYMENT', ...changes });
    const submit = (checkout) => checkout.page.evaluate(() => window.app.submitPayment());

    story('a card pays', async (checkout) => {
      const { id, data } = await session();
      assert.deepEqual(await checkout.mountElement(data), {});
      await checkout.choose(GOOD);
      assert.equal(await checkout.form().locator('#pay').isVisible(), false, 'the button is the merchant\'s');
      assert.deepEqual(await checkout.page.evaluate(() => window.app.validateFields()), { isValid: true });
      assert.deepEqual(await submit(checkout), { status: 'SUCCESS' });
      await checkout.event('SDK_PAYMENT_SUCCESSFUL');
      assert.equal((await simulator.payment(id)).status, 'SUCCESS');
      await checkout.page.evaluate(() => window.app.destroy());
      await checkout.page.waitForSelector('#place iframe', { state: 'detached' });
    });

    story('a declined card may be followed by another one in the same session', async (checkout) => {
      const { id, data } = await session();
      await checkout.mountElement(data);
      await checkout.choose(BAD);
      const declined = await submit(checkout);
      assert.equal(declined.status, 'FAIL');
      assert.equal(declined.error.code, 'DO_NOT_HONOR');
      assert.equal(declined.error.needChangeSessionForRetry, false);
      await checkout.choose(GOOD);
      assert.equal((await submit(checkout)).status, 'SUCCESS');
      assert.equal((await simulator.payment(id)).tries.length, 2);
    });

    story('an incomplete form pays nothing', async (checkout) => {
      const { id, data } = await session();
      await checkout.mountElement(data);
      assert.deepEqual(await checkout.page.evaluate(() => window.app.validateFields()), { isValid: false });
      const refused = await submit(checkout);
      assert.equal(refused.status, 'FAIL');
      assert.equal(refused.error.code, 'SDK_FORM_VERIFICATION_FAILED');
      assert.equal((await simulator.payment(id)).status, 'OPEN');
    });

    for (const [answer, expected] of [
      ['approve', { status: 'SUCCESS' }],
      ['abandon', { status: 'CANCELLED', userCanceled3D: true }],
    ]) {
      story(`the bank asks inside the element, the buyer answers with ${answer}`, async (checkout) => {
        const metaData = { paymentMethodMetaData: { is3DSAuthentication: true } };
        const { data } = await session({ paymentMethod: { paymentMethodType: 'CARD', ...metaData } });
        await checkout.mountElement(data);
        await checkout.choose(GOOD);
        const submitted = submit(checkout);
        await checkout.form().frameLocator('#challenge').locator(`[name=answer][value=${answer}]`).click();
        assert.deepEqual(await submitted, expected);
      });
    }

    story('afterwards the buyer is sent to the result page, unless the merchant says otherwise', async (checkout) => {
      const { data } = await session({ paymentRedirectUrl: `${shop.base}/result?order=1` });
      await checkout.mountElement(data, { notRedirectAfterComplete: false });
      await checkout.choose(GOOD);
      await checkout.page.evaluate(() => { window.app.submitPayment(); });
      await checkout.page.waitForURL(`${shop.base}/result?order=1`);
    });

    story('a session that is not known is told by mount()', async (checkout) => {
      const { data } = await session();
      const parts = data.split('&&');
      parts[0] = 'bm9ib2R5';
      const mounted = await checkout.mountElement(parts.join('&&'));
      assert.equal(mounted.error.code, 'INQUIRY_PAYMENT_SESSION_FAILED');
    });
  });
}
