import type { z } from 'zod';
import { PlainError } from './steps.ts';

/** What of an operation (`shared/api`) its caller needs. */
interface Operation<Body extends z.ZodType, Reply extends z.ZodType> {
  method: string;
  path: string;
  body?: Body;
  reply: { schema: Reply };
}

interface Input<Body extends z.ZodType> {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: z.input<Body>;
}

/** Calls the running service's operations, as any client does. @throws PlainError with the problem's words */
export type Api = <Body extends z.ZodType, Reply extends z.ZodType>(
  operation: Operation<Body, Reply>,
  input?: Input<Body>,
) => Promise<z.output<Reply>>;

/** @param headers the credentials */
export const apiAt =
  (apiUrl: string, headers: Record<string, string>): Api =>
  async ({ method, path, reply: { schema } }, { params = {}, query = {}, body } = {}) => {
    const filled = path
      .replace('/v1', '')
      .replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ''));
    const reply = await fetch(`${apiUrl}${filled}?${new URLSearchParams(query)}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new PlainError(`${method} ${path} answered ${reply.status}:\n  ${text}`);
    return schema.parse(JSON.parse(text));
  };
