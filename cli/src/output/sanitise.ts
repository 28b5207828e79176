/**
 * Control characters of both sets, and those that reverse the direction of a text: in a terminal they move the cursor,
 * change what is on the screen, or make a name look like another. File names and replies may hold them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Returns a text that is safe to print on a line of a terminal: what is unsafe is visible, as `\u001b`. */
export const sanitise = (text: string): string => text.replace(UNSAFE, escapeOf);

/** Sanitises a text of several lines. */
export const sanitiseLines = (text: string): string => text.split('\n').map(sanitise).join('\n');

/** Returns JSON on one line, or indented, without a character that a terminal obeys; it parses to the same value. */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(UNSAFE, (found) => (found === '\n' ? found : escapeOf(found)));
