// `npm stop`: has the effect of Ctrl-C on `npm start`.
import { DEEPLENS_HOME } from './home.ts';
import { stopRunning } from './stop-running.ts';

console.log(
  (await stopRunning(DEEPLENS_HOME)) ? '✓ DeepLens has stopped.' : 'DeepLens was not running here.',
);
