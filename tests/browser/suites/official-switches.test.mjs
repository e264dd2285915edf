import { SWITCHES } from '../support/browser.mjs';
import { tell } from '../support/stories.mjs';

tell(SWITCHES);
