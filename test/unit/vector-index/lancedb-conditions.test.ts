import { describe, expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import { conditions } from '#shared/vector-index/lancedb-conditions.ts';

const ALICE = tenantId('alice');

describe("LanceDB's conditions", () => {
  it('always contain the tenant', () => {
    expect(conditions(ALICE)).toBe("tenant_id = 'alice'");
    expect(conditions(ALICE, { format: 'png' })).toBe("tenant_id = 'alice' AND format = 'png'");
  });

  it('escape quotes in text', () => {
    const text = "x' OR tenant_id != '";
    expect(conditions(ALICE, { storageLocations: [text] })).toBe(
      "tenant_id = 'alice' AND storage_id IN ('x'' OR tenant_id != ''')",
    );
  });

  it('finds nothing in no location', () => {
    expect(conditions(ALICE, { storageLocations: [] })).toBe("tenant_id = 'alice' AND false");
  });

  it('finds nothing with no value of a key', () => {
    expect(conditions(ALICE, { metadata: { tags: [] } })).toBe("tenant_id = 'alice' AND false");
  });

  it('compares moments, not texts', () => {
    const createdAfter = '1970-01-01T01:00:01+01:00';
    expect(conditions(ALICE, { createdAfter })).toBe("tenant_id = 'alice' AND created_at >= 1000");
  });
});
