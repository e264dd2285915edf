// Chromium as the suites use it: no name but loopback resolves, each test has a fresh profile and a merchant's page.

import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
/** The device fingerprint of the gateway's SDK blocks a page for seconds; nothing here takes longer than this. */
export const STEP_MS = 20_000;

/** So many stories are told at once: most of the time they wait. */
export const AT_ONCE = { concurrency: 3 };

export function launch() {
  const executablePath = process.env.ANTOM_CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

/**
 * The ways to bring an SDK to the simulator: the gateway's own by the switches in the address (`switches`), or by
 * intercepting its requests as if it were in production (`routes`); the stand-in knows its address by itself.
 */
export const STAND_IN = { name: 'stand-in', sdk: 'stand-in', environment: 'sandbox' };
export const SWITCHES = { name: 'official SDK by switches', sdk: 'official', environment: 'dev', switches: true };
export const ROUTES = { name: 'official SDK by routes', sdk: 'official', environment: 'sandbox', routes: true };

/** The iframe with the form; hidden ones are there only to load it early. */
const FRAME = 'iframe:is([src*="/component-app/"], [src*="/element_payment/"]):not([src*="isPreload=true"])';

/** A merchant's page with the SDK loaded and nothing mounted yet. */
export class Checkout {
  constructor(context, page, way, simulator, shop) {
    Object.assign(this, { context, page, way, simulator, shop });
  }

  static async open(browser, way, simulator, shop, product = 'CASHIER_PAYMENT_CARD') {
    const context = await browser.newContext({ locale: 'en-US' });
    context.setDefaultTimeout(STEP_MS);
    if (way.routes) { await Checkout.answer(context, simulator); }
    const page = await context.newPage();
    const checkout = new Checkout(context, page, way, simulator, shop);
    await page.goto(checkout.address(product));
    return checkout;
  }

  /** Lets the simulator answer for production's hosts. */
  static answer(context, simulator) { return context.route(/^https:/, (route) => forward(route, simulator)); }

  address(product) {
    const plain = `${this.shop.base}/pay?sdk=${this.way.sdk}`;
    if (!this.way.switches) { return plain; }
    const frame = `${this.simulator.base}/page/antom-web-checkout/src/component-app/${product}/1.0/index.1.47.2.html`;
    const api = `${this.simulator.base}/mgw.htm`;
    return `${plain}#_moreEnv=true&host=${encodeURIComponent(frame)}&requestHost=${encodeURIComponent(api)}`;
  }

  /** Makes the component; `display` is popup or embedded. Ends when it is there or has failed. */
  async create(display, session, params = {}, options = {}) {
    await this.page.evaluate(([name, given]) => window.make(name, given), [
      options.product ?? 'AMSCashierPayment', { environment: this.way.environment, locale: options.locale ?? 'en_US' },
    ]);
    return this.createAgain(display, session, params);
  }

  async createAgain(display, session, params = {}) {
    const given = { sessionData: session, notRedirectAfterComplete: true, ...params };
    await this.page.evaluate(([how, all]) => {
      window.keep('created', how === 'popup' ? window.app.createComponent(all) : window.app.mountComponent(all, '#place'));
    }, [display, given]);
    return this.told((one) => one.name.startsWith('created'));
  }

  /** Makes an AMSElement and mounts it; ends with what mount() answers. */
  async mountElement(session, wish = {}) {
    const debug = { isDebug: true, localLink: `${this.simulator.base}/elements/1.47.2/pages/element_payment/index.html` };
    await this.page.evaluate(([environment, sessionData, given]) => {
      window.make('AMSElement', { environment, sessionData, locale: 'en_US' });
      window.keep('mounted', window.app.mount(given, '#place'));
    }, [this.way.environment, session, {
      type: 'payment', appearance: {}, notRedirectAfterComplete: true, ...(this.way.switches && { debugProps: debug }), ...wish,
    }]);
    return (await this.told((one) => one.name.startsWith('mounted'))).data;
  }

  /** What the page was told and matches, as soon as there is such a thing. */
  async told(matches) {
    const found = async () => (await this.page.evaluate(() => window.told)).find(matches);
    const deadline = Date.now() + STEP_MS;
    for (;;) {
      const one = await found();
      if (one) { return one; }
      if (Date.now() > deadline) {
        const all = JSON.stringify(await this.page.evaluate(() => window.told));
        throw new Error(`not told in time; told was ${all}`);
      }
      await this.page.waitForTimeout(50);
    }
  }

  event(code) { return this.told((one) => one.name === 'event' && one.data.code === code); }

  /** All event codes so far, in order. */
  codes() {
    return this.page.evaluate(() => window.told.filter((one) => one.name === 'event').map((one) => one.data.code));
  }

  /** The form in the iframe. */
  form() { return this.page.frameLocator(FRAME); }

  /** Until the form stands still: a popup slides in, and a click on the way would miss. */
  async settled() {
    const frame = this.page.locator(FRAME);
    await this.form().locator('#form').waitFor();
    const deadline = Date.now() + STEP_MS;
    for (let same = 0, before = ''; same < 3; ) {
      if (Date.now() > deadline) { throw new Error(`the form never stands still; last it was at ${before}`); }
      const now = JSON.stringify(await frame.boundingBox());
      same = now === before ? same + 1 : 0;
      before = now;
      await this.page.waitForTimeout(60);
    }
  }

  /** Fills the form in with a test card. */
  async choose(card) {
    await this.settled();
    const tests = this.form().locator('details.tests');
    await tests.evaluate((node) => { node.open = true; });
    await this.settled();
    await tests.locator('select[name=testCard]').selectOption(card);
  }

  /** One of the buttons for tests. */
  async act(outcome) {
    await this.settled();
    await this.form().locator('details.tests').evaluate((node) => { node.open = true; });
    await this.settled();
    await this.form().locator(`[data-outcome=${outcome}]`).click();
  }

  /** As the buyer does: our button in a popup, the merchant's submit() in an embedded form. */
  async pay(display, input) {
    await this.settled();
    if (display === 'popup') {
      await this.form().locator('#pay').click();
    } else {
      await this.page.evaluate((given) => { window.keep('submitted', window.app.submit(given ?? undefined)); }, input);
    }
  }

  /** As the form does where the payment goes on elsewhere. */
  redirect(url) {
    return this.form().locator('body').evaluate((_, normalUrl) => {
      const instanceId = new URLSearchParams(location.search).get('instanceId');
      const message = { name: 'APP_TO_SDK', instanceId, context: { event: 'onRedirect', data: { normalUrl } } };
      window.parent.postMessage(JSON.stringify(message), '*');
    }, url);
  }

  async close() { await this.context.close(); }
}

/** Production's addresses, answered by the simulator; everything else fails as it would without a network. */
async function forward(route, simulator) {
  const request = route.request();
  const url = new URL(request.url());
  // The device fingerprint waits long for an answer; any answer will do.
  if (url.pathname.includes('/risk_client/')) { return route.fulfill({ status: 200, json: {}, headers: cors(request) }); }
  const isPage = url.host === 'ac.alipay.com' || url.host === 'checkout.antom.com';
  const isApi = /^imgs-[a-z-]+\.alipay\.com$/.test(url.host) && url.pathname === '/mgw.htm';
  if (!isPage && !isApi) { return route.abort('namenotresolved'); }
  const response = await route.fetch({ url: simulator.base + url.pathname + url.search, maxRedirects: 0 });
  return route.fulfill({ response });
}

function cors(request) {
  return { 'access-control-allow-origin': request.headers().origin ?? '*', 'access-control-allow-credentials': 'true' };
}
