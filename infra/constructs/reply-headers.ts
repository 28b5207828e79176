/** Returns values as mapping expressions of API Gateway: text in quotes, which is no variable. */
export const asText = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  mapped(headers, (text) => `'${text}'`);

/**
 * Returns the headers of a reply that API Gateway gives by itself: those that the method declares, and those that its
 * integration sets.
 * @param expressions by name
 */
export function replyHeaders(expressions: Readonly<Record<string, string>>) {
  const parameters = Object.fromEntries(
    Object.entries(expressions).map(([name, expression]) => [`method.response.header.${name}`, expression]),
  );
  return { declared: mapped(parameters, () => true), set: parameters };
}

const mapped = <Value>(record: Readonly<Record<string, string>>, value: (text: string) => Value) =>
  Object.fromEntries(Object.entries(record).map(([name, text]) => [name, value(text)]));
