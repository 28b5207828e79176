import type { Item, Update } from './dynamodb-table.ts';

/**
 * An update that sets and removes attributes, under the condition that `attribute` is one of these values.
 * What is undefined is left alone.
 */
export function setAndRemove(
  set: Item,
  remove: readonly string[],
  condition: { attribute: string; oneOf: readonly string[] },
): Update {
  const given = Object.entries(set).filter(([, value]) => value !== undefined);
  const names = [...given.map(([name]) => name), ...remove, condition.attribute];
  const assignments = given.map(([name]) => `#${name} = :${name}`).join(', ');
  const removals = remove.map((name) => `#${name}`).join(', ');
  const values = condition.oneOf.map((value, i) => [`:was${i}`, value] as const);
  return {
    UpdateExpression: `SET ${assignments}${removals && ` REMOVE ${removals}`}`,
    ConditionExpression: `#${condition.attribute} IN (${values.map(([name]) => name).join(', ')})`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries([
      ...given.map(([name, value]) => [`:${name}`, value] as const),
      ...values,
    ]),
  };
}
