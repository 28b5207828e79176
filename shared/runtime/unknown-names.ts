import { closestMatch } from 'leven';
import * as z from 'zod';
import { type InvalidField, PROBLEM_BOUNDS } from '#shared/kernel/problems.ts';

/** Edits that a misspelt name may have, also at most one in two characters. */
const MAX_DISTANCE = 4;
/** Characters that are compared: a distance costs the product of both lengths. */
const MAX_LENGTH = 64;

/**
 * Returns the message of each unknown name, a line each: zod reports the unknown names of an object as one issue, and the
 * object's own names to the author of the message only.
 */
export const describeUnknown: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
  return issue.keys
    .slice(0, PROBLEM_BOUNDS.errors)
    .map((name) => {
      const nearest = closestMatch(name.slice(0, MAX_LENGTH), known, {
        maxDistance: Math.min(MAX_DISTANCE, Math.floor(name.length / 2)),
      });
      return nearest === undefined ? 'is not known' : `is not known; did you mean ${nearest}?`;
    })
    .join('\n');
};

/** Returns an issue's errors: of unknown names, one each, up to the number that a problem lists. */
export function errorsOf(
  issue: z.core.$ZodIssue,
  pointerOf: (path: readonly PropertyKey[]) => string,
): InvalidField[] {
  const { path, message } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointerOf(path), message }];
  return message
    .split('\n')
    .map((line, at) => ({ pointer: pointerOf([...path, issue.keys[at] ?? '']), message: line }));
}
