import { STAND_IN } from '../support/browser.mjs';
import { tellCheckout } from '../support/checkout-stories.mjs';

tellCheckout(STAND_IN, 'element');
