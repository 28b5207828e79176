import { imageId } from '#shared/kernel/ids.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import { ALICE, picture } from './pictures.ts';

/** A process of its own that writes to the tables of another: `node lancedb-writer.ts <uri> <module path>`. */
const [uri = '', modulePath = ''] = process.argv.slice(2);
const index = await lanceDbVectorIndex({ uri, modulePath });
const contested = picture({ imageId: imageId('img_01ARZ3NDEKTSV4RRFFQ69G5FAV') });
for (let number = 0; number < 30; number += 1) {
  await index.upsert(ALICE, 'processes', [picture(), contested]);
}
