// `npm run eval -- --photos DIR`: measures how well copies are found in a folder of photographs. Fits nothing on it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { eachOf } from '../each-of.ts';
import { EDIT_NAMES, type EditName, edited } from './edits.ts';
import { LOOK_ALIKES, lookAlike } from './look-alikes.ts';
import type { Query } from './measure.ts';
import { type NamedImage, photographs } from './photographs.ts';
import { type Measured, report } from './report.ts';
import { openService, type Service } from './service.ts';

const { values: options } = parseArgs({
  options: {
    photos: { type: 'string' },
    limit: { type: 'string' },
    queries: { type: 'string', default: '250' },
    items: { type: 'string', default: '80' },
    model: { type: 'string', default: 'deeplens-lite-v1' },
    out: { type: 'string', default: 'eval/results.json' },
  },
});
if (!options.photos) {
  console.error(
    'usage: npm run eval -- --photos DIR [--limit PHOTOGRAPHS] [--queries OF EACH EDIT] [--items OF EACH KIND OF LOOK-ALIKES] [--model NAME] [--out FILE]',
  );
  process.exit(2);
}

/** One image in ten is not stored: its edits have no copy to find. */
const STRANGERS = 10;
/** Edits of look-alikes. */
const MILD: readonly EditName[] = ['jpeg20', 'resize25', 'crop70', 'brightness'];

/** Takes `count` items, spread evenly. */
const spread = <Item>(items: readonly Item[], count: number): Item[] =>
  count >= items.length
    ? [...items]
    : Array.from({ length: count }, (_, at) => items[Math.floor((at * items.length) / count)]).filter(
        (item) => item !== undefined,
      );

async function measure(
  service: Service,
  tenant: TenantId,
  images: readonly NamedImage[],
  edits: readonly EditName[],
  originals: number,
): Promise<Measured> {
  const ids = new Map<string, ImageId>();
  const strangers = images.filter((_, at) => at % STRANGERS === STRANGERS - 1);
  const stored = images.filter((image) => !strangers.includes(image));
  await eachOf(`${tenant}: ingest`, stored, async ({ name, load }) => {
    const image = await service.ingest(tenant, await load(), name);
    if (image) ids.set(name, image);
  });
  const queries: Query[] = [];
  const editedImages = [
    ...spread(stored, Math.ceil(originals * (1 - 1 / STRANGERS))),
    ...spread(strangers, Math.floor(originals / STRANGERS)),
  ].flatMap((image) => edits.map((edit) => ({ image, edit })));
  await eachOf(`${tenant}: search`, editedImages, async ({ image: { name, load }, edit }) => {
    const truth = ids.get(name);
    const answer = await service.search(tenant, await edited(edit, await load(), name));
    queries.push({ kind: edit, ...(truth && { truth }), answer });
  });
  const names = new Map([...ids].map(([name, image]) => [image, name]));
  const groups = (await service.groups(tenant)).map(({ members }) =>
    members.map(({ image_id }) => names.get(image_id) ?? image_id),
  );
  return { name: tenant, stored: ids.size, queries, groups };
}
const indexDir = await mkdtemp(join(tmpdir(), 'deeplens-eval-'));
try {
  const service = await openService({ indexDir, model: options.model });
  const images = await photographs(options.photos, Number(options.limit ?? 1e9));
  const photos = await measure(service, tenantId('photographs'), images, EDIT_NAMES, Number(options.queries));
  const alike: Measured[] = [];
  for (const kind of LOOK_ALIKES) {
    const items = Array.from({ length: Number(options.items) }, (_, at) => ({
      name: `${kind}-${at}`,
      load: () => lookAlike(kind, at),
    }));
    alike.push(await measure(service, tenantId(kind), items, MILD, items.length));
  }
  const { text, figures } = report(options.model, photos, alike);
  console.log(text);
  await mkdir(join(options.out, '..'), { recursive: true });
  await writeFile(options.out, `${JSON.stringify(figures, undefined, 2)}\n`);
  console.log(`\nWritten to ${options.out}.`);
} finally {
  await rm(indexDir, { recursive: true, force: true });
}
