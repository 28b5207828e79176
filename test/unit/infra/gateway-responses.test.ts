import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { expect, it } from 'vitest';
import { PROBLEMS } from '#shared/kernel/problems.ts';
import { REFUSALS } from '../../../infra/constructs/gateway-responses.ts';

it('sends Retry-After with every temporary refusal', () => {
  for (const { type, code, retryAfter } of REFUSALS)
    if (PROBLEMS[code].status === 429 && PROBLEMS[code].retry)
      expect(retryAfter, type.responseType).toBeGreaterThan(0);
});

it('has one response per kind of refusal, and a default for unknown kinds', () => {
  const kinds = REFUSALS.map(({ type }) => type.responseType);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds).toContain(ResponseType.DEFAULT_4XX.responseType);
  expect(kinds).toContain(ResponseType.DEFAULT_5XX.responseType);
});

it('contains no text that breaks its JSON or is read as a variable', () => {
  for (const { detail } of REFUSALS) expect(detail).not.toMatch(/["\\$]/);
});
