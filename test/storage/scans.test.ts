import { describe, expect, it } from 'vitest';
import {
  azuriteProgram,
  gcsProgram,
  KEYS,
  seaweedProgram,
  startAzurite,
  startGcs,
  startSeaweed,
} from './servers.ts';
import { azurePlace, gcsPlace, type Place, s3Place } from './trial/places.ts';
import { fillPlace, scanTrial } from './trial/trial.ts';
import { withServer } from './with-server.ts';

const PICTURES = 300;
const gcs = await gcsProgram();

describe('a scan whose worker is killed twice, with messages that come twice', () => {
  const through = (name: string, program: string | undefined, place: (program: string) => Promise<Place>) =>
    withServer(name, program, (path) =>
      it.concurrent(`of ${name} loses, doubles and hides nothing`, async () => {
        const bucket = await place(path);
        await fillPlace(bucket, PICTURES);
        const figures = await scanTrial(bucket, PICTURES);
        expect(figures.deliveries).toBeGreaterThan(PICTURES);
      }),
    );
  through('SeaweedFS', seaweedProgram(), async (program) =>
    s3Place('SeaweedFS', { address: await startSeaweed(program), credentials: KEYS }),
  );
  through('Azurite', azuriteProgram(), async (program) => azurePlace(await startAzurite(program)));
  through('fake-gcs-server', gcs, async (program) => gcsPlace(await startGcs(program)));
});
