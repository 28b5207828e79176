import { runSuite } from './suite.ts';

/** What runs the bundle calls it by this name. */
Object.assign(globalThis, { runSuite });
