// The same stories through the stand-in and through the gateway's unmodified SDK, in a popup and embedded.
// A page error fails no test: the gateway's SDK leaves some behind where it finds no network.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { AT_ONCE, Checkout, STEP_MS, launch } from './browser.mjs';
import { startShop } from './shop.mjs';
import { startSimulator } from './simulator.mjs';

const GOOD = '4054695723100768';
const BAD = '4054692760174822';
const THREE_DS = { paymentMethod: { paymentMethodType: 'CARD', paymentMethodMetaData: { is3DSAuthentication: true } } };
const TEST_MS = 6 * STEP_MS;

/** Tells all stories for one way to bring an SDK to the simulator. */
export function tell(way) {
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

  for (const display of ['popup', 'embedded']) {
    describe(`${way.name}, ${display}`, AT_ONCE, () => {
      const story = (name, body, product) => test(name, { timeout: TEST_MS }, async () => {
        const checkout = await Checkout.open(browser, way, simulator, shop, product);
        try {
          await body(checkout);
        } finally {
          await checkout.close();
        }
      });

      story('a card pays', async (checkout) => {
        const session = await simulator.session();
        assert.equal((await checkout.create(display, session.data)).name, 'created');
        await checkout.choose(GOOD);
        await checkout.pay(display);
        const { data } = await checkout.event('SDK_PAYMENT_SUCCESSFUL');
        assert.equal(data.result.paymentStatus, 'SUCCESS');
        assert.equal(data.result.result.resultStatus, 'S');
        assert.deepEqual(await checkout.codes(), ['SDK_START_OF_LOADING', 'SDK_END_OF_LOADING', 'SDK_PAYMENT_SUCCESSFUL']);
        if (display === 'embedded') {
          assert.equal((await checkout.told((one) => one.name === 'submitted')).data.code, 'SDK_PAYMENT_SUCCESSFUL');
        }
        assert.equal((await simulator.payment(session.id)).status, 'SUCCESS');
        await checkout.page.evaluate(() => window.app.unmount());
        await checkout.page.waitForSelector('#ams-component-container', { state: 'detached' });
      });

      story('a declined card may be followed by another one', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        await checkout.choose(BAD);
        await checkout.pay(display);
        const { data } = await checkout.event('SDK_PAYMENT_FAIL');
        assert.equal(data.result.paymentResultCode, 'DO_NOT_HONOR');
        assert.equal((await simulator.payment(session.id)).status, 'PROCESSING');
        await checkout.choose(GOOD);
        await checkout.pay(display);
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
        const outcomes = (await simulator.payment(session.id)).tries.map((one) => one.outcome);
        assert.deepEqual(outcomes, ['decline', 'success']);
      });

      story('a pending payment is told as processing', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        await checkout.act('pending');
        const { data } = await checkout.event('SDK_PAYMENT_PROCESSING');
        assert.equal(data.result.paymentStatus, 'PENDING');
        assert.equal((await simulator.payment(session.id)).status, 'PENDING');
      });

      story('a buyer leaves, and the session can be used again', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        if (display === 'popup') {
          await checkout.page.evaluate(() => document.getElementById('asm-component-close-block').click());
          await checkout.page.locator('#ams-component-retention-leave').click();
          await checkout.told((one) => one.name === 'close');
          // The SDK clears up a moment later, and would take the next component with it.
          await checkout.page.waitForSelector('#ams-component-container', { state: 'detached' });
        } else {
          await checkout.act('cancel');
        }
        const { data } = await checkout.event('SDK_PAYMENT_CANCEL');
        assert.equal(data.result.result.resultStatus, 'F');
        await checkout.page.evaluate(() => { window.app.unmount(); window.told = []; });
        await checkout.page.waitForSelector('#ams-component-container', { state: 'detached' });
        assert.equal((await checkout.createAgain(display, session.data)).name, 'created');
        await checkout.choose(GOOD);
        await checkout.pay(display);
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
      });

      for (const [answer, code, status] of [
        ['approve', 'SDK_PAYMENT_SUCCESSFUL', 'SUCCESS'],
        ['decline', 'SDK_PAYMENT_FAIL', 'FAIL'],
        ['abandon', 'SDK_PAYMENT_CANCEL', 'PROCESSING'],
      ]) {
        story(`the bank asks, the buyer answers with ${answer}`, async (checkout) => {
          const session = await simulator.session(THREE_DS);
          await checkout.create(display, session.data);
          await checkout.choose(GOOD);
          await checkout.pay(display);
          const bank = display === 'popup'
            ? checkout.form().frameLocator('#challenge')
            : checkout.page.frameLocator('iframe[src*="/checkout/3ds/"]');
          await bank.locator(`[name=answer][value=${answer}]`).click();
          await checkout.event(code);
          assert.equal((await simulator.payment(session.id)).status, status);
          if (display === 'embedded') {
            await checkout.page.waitForSelector('iframe[src*="/checkout/3ds/"]', { state: 'detached' });
          }
        });
      }

      story('afterwards the buyer is sent to the result page, unless the merchant says otherwise', async (checkout) => {
        const session = await simulator.session({ paymentRedirectUrl: `${shop.base}/result?order=1` });
        await checkout.create(display, session.data, { notRedirectAfterComplete: false });
        await checkout.choose(GOOD);
        await checkout.pay(display);
        await checkout.page.waitForURL(`${shop.base}/result?order=1`);
        assert.equal((await simulator.payment(session.id)).status, 'SUCCESS');
      });

      story('an incomplete form is told and pays nothing', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        assert.deepEqual(await checkout.page.evaluate(() => window.app.validateFields()), { isValid: false });
        await checkout.pay(display);
        await checkout.event('SDK_FORM_VERIFICATION_FAILED');
        if (display === 'embedded') {
          const submitted = await checkout.told((one) => one.name === 'submitted');
          assert.equal(submitted.data.code, 'SDK_FORM_VERIFICATION_FAILED');
        }
        await checkout.choose(GOOD);
        assert.deepEqual(await checkout.page.evaluate(() => window.app.validateFields()), { isValid: true });
        assert.equal((await simulator.payment(session.id)).status, 'OPEN');
      });

      story('an address that the merchant has goes along with submit()', async (checkout) => {
        if (display === 'popup') { return; }
        const session = await simulator.session();
        await checkout.create(display, session.data);
        await checkout.choose(GOOD);
        await checkout.pay(display, { billingAddress: { region: 'SG', address1: 'Street 1', zipCode: 'AVS-N' } });
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
        const inquired = await simulator.call('inquiryPayment', { paymentRequestId: session.id });
        assert.equal(inquired.paymentResultInfo.avsResultRaw, 'N');
      });

      story('the button is ours or the merchant\'s, the words are in the buyer\'s language', async (checkout) => {
        const session = await simulator.session();
        const params = { appearance: { showSubmitButton: true } };
        await checkout.create(display, session.data, params, { locale: 'zh_CN' });
        await checkout.choose(GOOD);
        const button = checkout.form().locator('#pay');
        assert.equal(await button.textContent(), '\u652f\u4ed8');
        await button.click();
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
      });

      story('a second submission is told so and pays nothing twice', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        await checkout.choose(GOOD);
        await checkout.page.evaluate(() => {
          window.keep('first', window.app.submit());
          window.keep('second', window.app.submit());
        });
        const second = await checkout.told((one) => one.name === 'second');
        assert.equal(second.data.code, 'SDK_DUPLICATE_SUBMISSION_BEHAVIOR');
        assert.equal((await checkout.told((one) => one.name === 'first')).data.code, 'SDK_PAYMENT_SUCCESSFUL');
        assert.equal((await simulator.payment(session.id)).tries.length, 1);
      });

      story('a stored card pays, with its code where the merchant wants it', async (checkout) => {
        const { token } = await stored(simulator);
        const session = await simulator.session({ savedPaymentMethods: [{ paymentMethodId: token }] });
        await checkout.create(display, session.data, { merchantAppointParam: { storedCard: { needCVV: true } } });
        await checkout.settled();
        await checkout.pay(display);
        await checkout.event('SDK_FORM_VERIFICATION_FAILED');
        await checkout.settled();
        await checkout.form().locator('[name=savedCvv]').fill('123');
        await checkout.pay(display);
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
      });

      story('another method than a card has no card form', async (checkout) => {
        const amount = { currency: 'PHP', value: '4200' };
        const session = await simulator.session({
          paymentAmount: amount,
          order: { referenceOrderId: 'order-php', orderDescription: 'A chair', orderAmount: amount },
          paymentMethod: { paymentMethodType: 'GCASH' },
        });
        await checkout.create(display, session.data);
        await checkout.settled();
        assert.equal(await checkout.form().locator('[name=cardNo]').isVisible(), false);
        await checkout.act('success');
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
      });

      story('a card is stored without a payment', async (checkout) => {
        const { id, data } = await simulator.vaulting();
        await checkout.create(display, data, {}, { product: 'AMSVaulting' });
        await checkout.choose(GOOD);
        assert.equal(await checkout.form().locator('.amount').isVisible(), false);
        await checkout.pay(display);
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
        const inquired = await simulator.call('inquireVaulting', { vaultingRequestId: id }, 'vaults');
        assert.equal(inquired.vaultingStatus, 'SUCCESS');
        assert.ok(inquired.paymentMethodDetail.card.cardToken, JSON.stringify(inquired));
      }, 'VAULTING_CARD');

      story('a server that does not answer is an error, never a failure of the payment', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        await checkout.context.route('**/checkout/api/submit', (route) => route.abort());
        await checkout.choose(GOOD);
        await checkout.pay(display);
        await checkout.event('SDK_PAYMENT_ERROR');
      });

      story('a session that is not known makes no component', async (checkout) => {
        const session = await simulator.session();
        const data = session.data.split('&&');
        data[0] = 'bm9ib2R5';
        const created = await checkout.create(display, data.join('&&'));
        assert.equal(created.name, 'created failed');
        assert.equal(created.data.code, 'SDK_CREATECOMPONENT_ERROR');
        assert.equal(created.data.message, 'There is no such payment session.');
        await checkout.event('SDK_CREATECOMPONENT_ERROR');
        await checkout.told((one) => one.name === 'error');
      });

      story('a session string of three parts is a wrong parameter', async (checkout) => {
        const created = await checkout.create(display, 'base64==&&SG&&111');
        assert.equal(created.name, 'created failed');
        assert.equal(created.data.code, 'SDK_CREATEPAYMENT_PARAMETER_ERROR');
        assert.deepEqual(await checkout.codes(), []);
      });

      story('there is one component at a time', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        await checkout.page.evaluate(() => { window.told = []; });
        const second = await checkout.createAgain(display, session.data);
        assert.equal(second.name, 'created failed');
        assert.equal(second.data.code, 'SDK_CREATECOMPONENT_ERROR');
      });

      story('what somebody else decides is noticed', async (checkout) => {
        const session = await simulator.session();
        await checkout.create(display, session.data);
        await simulator.complete(session.id, 'success');
        await checkout.event('SDK_PAYMENT_SUCCESSFUL');
      });
    });
  }
}

/** The token of a card that a buyer agreed to have stored. */
async function stored(simulator) {
  const session = await simulator.session({
    paymentMethod: { paymentMethodType: 'CARD', paymentMethodMetaData: { tokenizeMode: 'ASKFORCONSENT' } },
  });
  const key = session.data.split('&&').slice(0, 3).join('&&');
  await fetch(`${simulator.base}/checkout/api/submit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ paymentSessionData: key, testCard: GOOD, store: true }),
  });
  const inquired = await simulator.call('inquiryPayment', { paymentRequestId: session.id });
  return { token: inquired.paymentResultInfo.cardToken };
}
