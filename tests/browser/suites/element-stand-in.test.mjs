import { STAND_IN } from '../support/browser.mjs';
import { tellElement } from '../support/element-stories.mjs';

tellElement(STAND_IN);
