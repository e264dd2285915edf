import { ROUTES } from '../support/browser.mjs';
import { tellCheckout } from '../support/checkout-stories.mjs';

tellCheckout(ROUTES, 'element');
