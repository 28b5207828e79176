import { errors } from '@opensearch-project/opensearch';
import { describe, expect, it } from 'vitest';
import { partProblem, reasonOf, requestProblem } from '#shared/vector-index/opensearch-errors.ts';

describe('the errors of OpenSearch', () => {
  it('treats an unreachable cluster as a transient error', () => {
    const problem = requestProblem(new errors.ConnectionError('connect ECONNREFUSED'));
    expect(problem).toMatchObject({ code: 'dependency_unavailable', retryAfter: 5 });
    expect(problem.message).not.toContain('ECONNREFUSED');
  });

  it('separates transient errors from permanent ones', () => {
    const full = { type: 'rejected_execution_exception', reason: 'queue full' };
    expect(partProblem(429, full)).toMatchObject({ code: 'dependency_unavailable' });
    expect(partProblem(503, full)).toMatchObject({ code: 'dependency_unavailable' });
    expect(partProblem(404, { type: 'index_not_found_exception' })).toMatchObject({ retryAfter: 5 });
    expect(partProblem(400, { type: 'mapper_parsing_exception', reason: 'bad' })).toBeUndefined();
  });

  it('returns the innermost reason', () => {
    const inner = { type: 'illegal_argument_exception', reason: 'Vector dimension mismatch' };
    const outer = { type: 'mapper_parsing_exception', reason: 'failed to parse' };
    expect(reasonOf({ ...outer, caused_by: { ...outer, caused_by: inner } })).toBe(inner.reason);
    expect(reasonOf(outer)).toBe(outer.reason);
    expect(reasonOf({ type: 'nameless_exception', reason: null })).toBe('nameless_exception');
  });
});
