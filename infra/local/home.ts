import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where a running system keeps its things. `npm start` has one, and each run of the tests one of its own. */
export interface Home {
  folder: string;
  /** What the emulator, the index and the deployment keep: made and forgotten together. */
  state: string;
  logs: string;
  /** Tells tools where the running system is (`LocalFile`); there only while it is up. */
  localFile: string;
}

/** Each kind of index has a state of its own: pictures that one has indexed, the other does not know. */
const STATE = process.env.DEEPLENS_VECTOR_INDEX === 'opensearch' ? 'state-opensearch' : 'state';

export const homeAt = (folder: string): Home => ({
  folder,
  state: join(folder, STATE),
  logs: join(folder, 'logs'),
  localFile: join(folder, 'local.json'),
});

/** The home of `npm start`. */
export const DEEPLENS_HOME: Home = homeAt(join(CHECKOUT, '.deeplens'));

/** Programs of the checkout first, Node 24 among them. */
export const TOOL_PATH = [join(CHECKOUT, 'node_modules/.bin'), process.env.PATH].join(':');
