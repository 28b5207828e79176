import { expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { Variables } from '../../../infra/constructs/app-function.ts';

const Index = z.discriminatedUnion('INDEX', [
  z.object({ INDEX: z.literal('a'), FOLDER: z.string() }),
  z.object({ INDEX: z.literal('b'), URL: z.url(), AWS_REGION: z.string() }),
]);
const Env = z.intersection(
  Index,
  z.object({ TABLE: z.string(), SIZE: z.coerce.number().default(3), DOMAIN: z.string().optional() }),
);
type Wanted = Variables<typeof Env>;

it('does not compile if a variable is missing', () => {
  // @ts-expect-error TABLE is missing
  const missing: Wanted = { INDEX: 'a', FOLDER: '/x' };
  expectTypeOf(missing).toExtend<Wanted>();
});

it('requires the variables of the chosen variant', () => {
  expectTypeOf<{ INDEX: 'a'; FOLDER: string; TABLE: string }>().toExtend<Wanted>();
  expectTypeOf<{ INDEX: 'b'; URL: string; TABLE: string }>().toExtend<Wanted>();
  expectTypeOf<{ INDEX: 'b'; FOLDER: string; TABLE: string }>().not.toExtend<Wanted>();
});

it('accepts text only, and excludes the region, which Lambda sets', () => {
  expectTypeOf<{ INDEX: 'a'; FOLDER: string; TABLE: string; SIZE: number }>().not.toExtend<Wanted>();
  expectTypeOf<Extract<Wanted, { INDEX: 'b' }>>().not.toHaveProperty('AWS_REGION');
});
