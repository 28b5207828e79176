import type { Item, Update } from './dynamodb-table.ts';

/**
 * Returns an update that sets and removes attributes if `condition.attribute` has one of the values.
 * Attributes that are undefined in `set` stay as they are.
 */
export function setAndRemove(
  set: Item,
  remove: readonly string[],
  condition: { attribute: string; oneOf: readonly string[] },
): Update {
  const assigned = Object.entries(set).filter(([, value]) => value !== undefined);
  const names = [...assigned.map(([name]) => name), ...remove, condition.attribute];
  const assignments = assigned.map(([name]) => `#${name} = :${name}`).join(', ');
  const removals = remove.map((name) => `#${name}`).join(', ');
  const values = condition.oneOf.map((value, i) => [`:was${i}`, value] as const);
  return {
    UpdateExpression: `SET ${assignments}${removals && ` REMOVE ${removals}`}`,
    ConditionExpression: `#${condition.attribute} IN (${values.map(([name]) => name).join(', ')})`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries([
      ...assigned.map(([name, value]) => [`:${name}`, value] as const),
      ...values,
    ]),
  };
}
