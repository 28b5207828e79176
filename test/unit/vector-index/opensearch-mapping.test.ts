import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newImageId, tenantId } from '#shared/kernel/ids.ts';
import { toSource } from '#shared/vector-index/opensearch-mapping.ts';

it('writes vectors in fewer digits without loss', () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, min: -1, max: 1, minLength: 1 }), (vector) => {
      const document = { imageId: newImageId(), storageLocation: 'uploads', format: 'jpeg' } as const;
      const rest = { createdAt: '2026-03-01T12:00:00.000Z', metadata: {}, semantic: vector, copy: vector };
      const { semantic, copy } = toSource(tenantId('acme'), { ...document, ...rest });
      expect(Float32Array.from(semantic)).toEqual(vector.map((value) => value + 0));
      expect(JSON.stringify(copy).length).toBeLessThanOrEqual(17 * vector.length + 2);
    }),
  );
});
