import { type ImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { eachOf } from '../each-of.ts';
import { EDIT_NAMES, edited } from './edits.ts';
import { store } from './library.ts';
import { LOOK_ALIKES, lookAlike } from './look-alikes.ts';
import type { Query } from './measure.ts';
import type { NamedImage } from './photographs.ts';
import { type Measured, report } from './report.ts';
import { type Section, spread } from './section.ts';
import type { Service } from './service.ts';

/** One image in ten is not stored: its edits have no copy to find. */
const STRANGERS = 10;
/** One look-alike in four is searched for, by each edit. */
const ASKED = 0.25;

/** Searches by every edit, among photographs and among look-alikes of three kinds. */
export const copies: Section = async ({ service, photographs, queries, items }) => {
  const photos = await measure(service, tenantId('photographs'), photographs, queries);
  const alike: Measured[] = [];
  for (const kind of LOOK_ALIKES) {
    const images = Array.from({ length: items }, (_, at) => ({
      name: `${kind}-${at}`,
      load: () => lookAlike(kind, at),
    }));
    alike.push(await measure(service, tenantId(kind), images, Math.ceil(ASKED * items)));
  }
  return report(photos, alike);
};

async function measure(
  service: Service,
  tenant: TenantId,
  images: readonly NamedImage[],
  originals: number,
): Promise<Measured> {
  const strangers = images.filter((_, at) => at % STRANGERS === STRANGERS - 1);
  const stored = images.filter((image) => !strangers.includes(image));
  const ids: ReadonlyMap<string, ImageId> = await store(service, tenant, stored);
  const queries: Query[] = [];
  const editedImages = [
    ...spread(stored, Math.ceil(originals * (1 - 1 / STRANGERS))),
    ...spread(strangers, Math.floor(originals / STRANGERS)),
  ].flatMap((image) => EDIT_NAMES.map((edit) => ({ image, edit })));
  await eachOf(`${tenant}: search`, editedImages, async ({ image: { name, load }, edit }) => {
    const truth = ids.get(name);
    const answer = await service.search(tenant, { bytes: await edited(edit, await load(), name) });
    queries.push({ kind: edit, ...(truth && { truth }), answer });
  });
  const names = new Map([...ids].map(([name, image]) => [image, name]));
  const groups = (await service.groups(tenant)).map(({ members }) =>
    members.map(({ image_id }) => names.get(image_id) ?? image_id),
  );
  return { name: tenant, stored: ids.size, queries, groups };
}
