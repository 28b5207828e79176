// `npm run reset`: stops the system and deletes its images, keys and logs. Installed packages stay.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DEEPLENS_HOME as home } from './home.ts';
import { stopRunning } from './stop-running.ts';

await stopRunning(home);
const entries = await readdir(home.folder).catch(() => []);
const states = entries.filter((name) => /^(state|test-)/.test(name)).map((name) => join(home.folder, name));
for (const path of [...states, home.logs, home.localFile]) await rm(path, { recursive: true, force: true });
console.log('✓ The local state is deleted. npm start begins with a new one.');
