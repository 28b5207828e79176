import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { expect, it } from 'vitest';
import { PROBLEMS } from '#shared/kernel/problems.ts';
import { REFUSALS } from '../../../infra/constructs/gateway-responses.ts';

it('answers every refusal that can pass with a time to try again', () => {
  for (const { type, code, retryAfter } of REFUSALS)
    if (PROBLEMS[code].status === 429 && PROBLEMS[code].retry)
      expect(retryAfter, type.responseType).toBeGreaterThan(0);
});

it('has one answer a kind of refusal, and one for the kinds to come', () => {
  const kinds = REFUSALS.map(({ type }) => type.responseType);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds).toContain(ResponseType.DEFAULT_4XX.responseType);
  expect(kinds).toContain(ResponseType.DEFAULT_5XX.responseType);
});

it('says nothing that would break its JSON or be taken for a variable', () => {
  for (const { detail } of REFUSALS) expect(detail).not.toMatch(/["\\$]/);
});
