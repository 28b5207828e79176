import { imageId } from '#shared/kernel/ids.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import { ALICE, vectorDocument } from './documents.ts';

/** Writes to LanceDB tables from a separate process: `node lancedb-writer.ts <uri> <module path>`. */
const [uri = '', modulePath = ''] = process.argv.slice(2);
const index = await lanceDbVectorIndex({ uri, modulePath });
const contested = vectorDocument({ imageId: imageId('img_01ARZ3NDEKTSV4RRFFQ69G5FAV') });
for (let number = 0; number < 30; number += 1) {
  await index.upsert(ALICE, 'processes', [vectorDocument(), contested]);
}
