import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The folders of a running system. `npm start` has one home, each test run its own. */
export interface Home {
  folder: string;
  /** The state of the emulator, the index and the deployment, created and deleted together. */
  state: string;
  logs: string;
  /** `LocalFile`, which exists only while the system is up. */
  localFile: string;
}

/** Each kind of index has its own state: one does not contain what the other has indexed. */
const STATE = process.env.DEEPLENS_VECTOR_INDEX === 'opensearch' ? 'state-opensearch' : 'state';

export const homeAt = (folder: string): Home => ({
  folder,
  state: join(folder, STATE),
  logs: join(folder, 'logs'),
  localFile: join(folder, 'local.json'),
});

/** The home of `npm start`. */
export const DEEPLENS_HOME: Home = homeAt(join(CHECKOUT, '.deeplens'));

/** The checkout's programs first, including Node 24. */
export const TOOL_PATH = [join(CHECKOUT, 'node_modules/.bin'), process.env.PATH].join(':');
