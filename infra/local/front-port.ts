import { PlainError } from './steps.ts';

const DEFAULT_PORT = 8420;

/** Returns the front's port: `DEEPLENS_PORT`, or 8420. */
export function frontPort(): number {
  const text = process.env.DEEPLENS_PORT;
  if (!text) return DEFAULT_PORT;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new PlainError(`DEEPLENS_PORT is ${text}; it must be a port number.`);
  return port;
}
