import { ROUTES } from '../support/browser.mjs';
import { tellElement } from '../support/element-stories.mjs';

tellElement(ROUTES);
