// Pictures of pages, kept where ANTOM_PICTURES says; without it none are made.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export async function shot(page, name) {
  const folder = process.env.ANTOM_PICTURES;
  if (!folder) { return; }
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
