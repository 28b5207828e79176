// `npm run demo`: what `npm start` does, once; exits 0 where the searches found what they must. Uses the system that
// is up in this checkout, if one is.
import { demonstrate, startWithDemo } from './demonstration.ts';
import { DEEPLENS_HOME } from './home.ts';
import { readLocalFile } from './local-file.ts';
import { program } from './program.ts';

await program(async (cleanups) => {
  const running = await readLocalFile(DEEPLENS_HOME);
  const wrong = await demonstrate(running ?? (await startWithDemo(cleanups)).local);
  for (const message of wrong) console.error(`✗ ${message}`);
  if (wrong.length === 0) console.log('✓ The searches found what they must.');
  return wrong.length === 0 ? 0 : 1;
});
