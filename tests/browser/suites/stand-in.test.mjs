import assert from 'node:assert/strict';
import { test } from 'node:test';

import { STAND_IN, STEP_MS, launch } from '../support/browser.mjs';
import { startShop } from '../support/shop.mjs';
import { startSimulator } from '../support/simulator.mjs';
import { tell } from '../support/stories.mjs';

tell(STAND_IN);

test('an old browser gets a sentence instead of a blank page', { timeout: 6 * STEP_MS }, async () => {
  const simulator = await startSimulator();
  const shop = await startShop(simulator);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.addInitScript(() => { window.Promise = undefined; });
    await page.goto(`${shop.base}/pay?sdk=stand-in`);
    const failed = await page.evaluate((data) => {
      let reason;
      window.make('AMSCashierPayment', {});
      window.app.mountComponent({ sessionData: data }, '#place').then(null, (error) => { reason = error.code; });
      return reason;
    }, (await simulator.session()).data);
    assert.equal(failed, 'SDK_INTERNAL_ERROR');
    assert.match(await page.locator('#place').textContent(), /too old/);
  } finally {
    await browser.close();
    await shop.stop();
    await simulator.stop();
  }
});
