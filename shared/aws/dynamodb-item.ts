import type * as z from 'zod';
import { Problem } from '#shared/kernel/problems.ts';
import type { Item } from './dynamodb-table.ts';

/**
 * Returns a function that reads an item of a table. Attributes that the schema does not name are dropped: keys, and what
 * another release may have added.
 * @param table its name in docs/data-model.md
 * @throws Problem `internal_error` that names the item's key and the attributes in question, never their values
 */
export const itemReader =
  <Output>(table: string, schema: z.ZodType<Output>) =>
  (item: Item): Output => {
    const parsed = schema.safeParse(item);
    if (parsed.success) return parsed.data;
    const attributes = new Set(parsed.error.issues.map(({ path: [attribute] }) => String(attribute ?? '')));
    throw new Problem(
      'internal_error',
      `The item ${item.pk} / ${item.sk} of the table ${table} is not valid: ${[...attributes].sort().join(', ')}.`,
    );
  };
