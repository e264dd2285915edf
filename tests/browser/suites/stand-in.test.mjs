import { STAND_IN } from '../support/browser.mjs';
import { tell } from '../support/stories.mjs';

tell(STAND_IN);
