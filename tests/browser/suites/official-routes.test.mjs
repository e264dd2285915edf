import { ROUTES } from '../support/browser.mjs';
import { tell } from '../support/stories.mjs';

tell(ROUTES);
