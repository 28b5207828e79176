import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newImageId, tenantId } from '#shared/kernel/ids.ts';
import { cosineOf, readSearch, searchLines } from '#shared/vector-index/opensearch-search.ts';

const ALICE = tenantId('alice');
const vector = Float32Array.of(1, 0);

describe('the search of OpenSearch', () => {
  it('converts a score back to the inner product', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (product) => {
        const score = product >= 0 ? 1 + product : 1 / (1 - product);
        expect(cosineOf(score)).toBeCloseTo(product, 9);
      }),
    );
  });

  it('filters by tenant in routing and inside knn, and never uses min_score', () => {
    const query = { semantic: vector, copy: vector, k: 7, filter: { format: 'png' as const } };
    const lines = searchLines(ALICE, 'm', query, 'float');
    expect(lines).toHaveLength(4);
    for (const at of [0, 2]) expect(lines[at]).toMatchObject({ index: 'images-m', routing: 'alice' });
    const filter = { bool: { filter: [{ term: { tenant_id: 'alice' } }, { term: { format: 'png' } }] } };
    expect(lines[1]).toMatchObject({ size: 7, query: { knn: { semantic: { k: 7, filter } } } });
    expect(lines[3]).toMatchObject({ size: 7, query: { knn: { copy: { k: 7, filter } } } });
    expect(JSON.stringify(lines)).not.toContain('min_score');
  });

  it('oversamples 7-bit vectors and keeps the best by the float vectors', () => {
    const lines = searchLines(ALICE, 'm', { semantic: vector, copy: vector, k: 7 }, 'sq');
    const knn = { semantic: { k: 14, rescore: { oversample_factor: 1 } } };
    expect(lines[1]).toMatchObject({ size: 7, query: { knn } });
    const [, most] = searchLines(ALICE, 'm', { semantic: vector, copy: vector, k: 9_000 }, 'sq');
    expect(most).toMatchObject({ size: 9_000, query: { knn: { semantic: { k: 10_000 } } } });
  });

  it('compares with all documents that pass the filter if `exact`', () => {
    const query = { semantic: vector, copy: vector, k: 7, exact: true, filter: { format: 'png' as const } };
    for (const storage of ['float', 'sq'] as const) {
      const [header, body] = searchLines(ALICE, 'm', query, storage);
      expect(header).toMatchObject({ index: 'images-m', routing: 'alice' });
      const filter = [{ term: { tenant_id: 'alice' } }, { term: { format: 'png' } }];
      expect(body).toMatchObject({ size: 7, query: { script_score: { query: { bool: { filter } } } } });
    }
  });

  it('reads both responses', () => {
    const id = newImageId();
    const hits = { hits: { hits: [{ _id: `alice#${id}`, _score: 1.5 }] } };
    const none = { hits: { hits: [] } };
    expect(readSearch({ responses: [hits, none] })).toEqual([[{ imageId: id, cosine: 0.5 }], []]);
  });

  it('fails if one of the two searches failed', () => {
    const none = { hits: { hits: [] } };
    const failed = (status: number, type: string) => ({ status, error: { type, reason: 'why' } });
    const read = (part: unknown) => () => readSearch({ responses: [none, part] });
    const code = (code: string) => expect.objectContaining({ code });
    expect(read(failed(429, 'rejected_execution_exception'))).toThrow(code('dependency_unavailable'));
    expect(read(failed(503, 'search_phase_execution_exception'))).toThrow(code('dependency_unavailable'));
    expect(read(failed(404, 'index_not_found_exception'))).toThrow(code('dependency_unavailable'));
    expect(read(failed(400, 'illegal_argument_exception'))).toThrow(code('invalid_request'));
  });
});
