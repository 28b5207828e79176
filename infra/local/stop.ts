// `npm stop`: the same as Ctrl-C where `npm start` runs.
import { DEEPLENS_HOME } from './home.ts';
import { stopRunning } from './stop-running.ts';

console.log(
  (await stopRunning(DEEPLENS_HOME)) ? '✓ DeepLens has stopped.' : 'DeepLens was not running here.',
);
