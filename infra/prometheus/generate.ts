// `npm run generate`: writes what follows from the tables of metrics and alarms: ops/ and docs/operate/metrics.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GENERATED, ROOT } from './generated.ts';

for (const [path, content] of Object.entries(GENERATED)) {
  const url = new URL(path, ROOT);
  mkdirSync(dirname(url.pathname), { recursive: true });
  writeFileSync(url, content());
  console.log(`✓ ${path}`);
}
