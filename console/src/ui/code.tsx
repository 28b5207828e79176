/** Shows text as it is: JSON, a policy, a key. */
export const Code = ({ text, label }: { text: string; label: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  <section className="code" tabIndex={0} aria-label={label}>
    <pre>{text}</pre>
  </section>
);

/** Returns JSON as it is read, and anything else as it is. */
export function readableJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
