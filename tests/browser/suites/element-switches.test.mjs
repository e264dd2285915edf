import { SWITCHES } from '../support/browser.mjs';
import { tellElement } from '../support/element-stories.mjs';

tellElement(SWITCHES);
