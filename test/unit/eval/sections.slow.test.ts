import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type ImageId, newGroupId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import type { Verdict } from '#shared/kernel/vocabulary.ts';
import type { SimilarityResult } from '#shared/search/search-result.ts';
import { families } from '../../eval/families.ts';
import { independence } from '../../eval/independence.ts';
import { lookAlike } from '../../eval/look-alikes.ts';
import { type Given, sumOf } from '../../eval/section.ts';
import type { Answer, Service } from '../../eval/service.ts';

/** What a service says of a stored image; `similar` by default. `asked` is the name of a stored image, if it is one. */
type Judge = (tenant: TenantId, stored: string, asked?: string) => Verdict;

/** A service that answers every search with all its images, by a rule; each family is a group, but as `regroup` has it. */
function fakeService(judge: Judge, regroup: (tenant: TenantId) => boolean = () => false): Service {
  const tenants = new Map<TenantId, Map<ImageId, string>>();
  const imagesOf = (tenant: TenantId) => tenants.get(tenant) ?? new Map<ImageId, string>();
  const cost = { candidates: [], cpuMs: 0, modelMs: 0, passes: 1, pixelComparisons: 0 };
  return {
    async ingest(tenant, _bytes, name) {
      const image = newImageId();
      tenants.set(tenant, imagesOf(tenant).set(image, name));
      return image;
    },
    async search(tenant, source): Promise<Answer> {
      const stored = imagesOf(tenant);
      const asked = 'imageId' in source ? source.imageId : undefined;
      const others = [...stored].filter(([image]) => image !== asked);
      const results = others.map(([image, name]) =>
        result(image, judge(tenant, name, asked && stored.get(asked))),
      );
      return { ...cost, results };
    },
    async groups(tenant) {
      const images = [...imagesOf(tenant)].map(([image_id, name]) => ({ image_id, name }));
      const family = regroup(tenant) ? () => 'all' : ({ name }: { name: string }) => familyOf(name);
      return [...Map.groupBy(images, family).values()].map((members) => ({
        ...{ tenant_id: tenant, group_id: newGroupId(), verdict: 'edited_copy' as const },
        ...{ confidence: 1, version: 1, created_at: '', updated_at: '' },
        members: members.map(({ image_id }) => ({
          ...{ image_id, confidence: 1, verdict: 'edited_copy' as const, distance: 0 },
        })),
      }));
    },
  };
}
const familyOf = (name: string): string => name.split('/')[0] ?? name;
const result = (image_id: ImageId, verdict: Verdict): SimilarityResult => ({
  ...{ image_id, verdict, similarity_score: 0.99, file_path: '', storage_location: '', thumbnail_url: '' },
  reason: { sha256_equal: false, perceptual_distance: 0, copy_score: 1, semantic_score: 1 },
});
/** Knows every copy; by bytes, it takes all images for copies. */
const perfect: Judge = (_, stored, asked) =>
  asked === undefined || familyOf(stored) === familyOf(asked) ? 'edited_copy' : 'similar';

const given = (service: Service): Given => ({
  ...{ service, images: 2, queries: 2, items: 2 },
  photographs: ['a', 'b', 'c'].map((name, at) => ({ name, load: () => lookAlike('products', at) })),
});
beforeEach(() => void vi.spyOn(process.stderr, 'write').mockReturnValue(true));

describe('families', () => {
  it('are all found by a perfect service, with as many photographs as are given', async () => {
    const { figures, violations } = await families(given(fakeService(perfect)));
    expect(figures).toMatchObject([
      { name: 'families', images: 12, found: 1, groups: { families: 2, exact: 2 } },
      { name: 'families-mixed', found: 1, groups: { families: 2, exact: 2 } },
    ]);
    expect(Object.values(violations ?? {})).toEqual([0, 0, 0, 0]);
  });
});

describe('independence', () => {
  it('is perfect if each pair is judged alone', async () => {
    const { figures, violations } = await independence(given(fakeService(perfect)));
    expect(figures).toMatchObject({ alone: { searches: 12 }, ends: { images: 10, found: 1 } });
    expect(Object.values(violations ?? {})).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is violated where an image beside others is judged differently', async () => {
    const crowded: Judge = (tenant, stored, asked) =>
      asked === undefined && tenant === 'beside' ? 'similar' : perfect(tenant, stored, asked);
    const { violations } = await independence(given(fakeService(crowded)));
    expect(violations).toMatchObject({
      'verdicts that depend on the rest of the library': 12,
      'verdicts and groups that depend on the order of ingest': 0,
    });
  });

  it('is violated where an order of ingest changes verdicts or groups', async () => {
    const ordered: Judge = (tenant, stored, asked) =>
      tenant === 'order-reversed' && asked === 'a' ? 'similar' : perfect(tenant, stored, asked);
    const service = fakeService(ordered, (tenant) => tenant === 'order-shuffled');
    const { violations } = await independence(given(service));
    // Four copies of one photograph; two groups that became one.
    expect(violations).toMatchObject({ 'verdicts and groups that depend on the order of ingest': 4 + 3 });
  });

  it('is violated where one end of a pair is judged differently', async () => {
    const oneWay: Judge = (tenant, stored, asked) =>
      asked === 'a' && stored === 'a/grey' ? 'similar' : perfect(tenant, stored, asked);
    const { violations } = await independence(given(fakeService(oneWay)));
    expect(violations).toMatchObject({
      'pairs judged differently from their two ends': 1,
      'false copies': 0,
    });
  });
});

it('adds up violations of several sections', () => {
  const counts = [{ 'false copies': 1, 'false groups': 2 }, {}, { 'false copies': 3 }];
  expect(sumOf(counts)).toEqual({ 'false copies': 4, 'false groups': 2 });
});
