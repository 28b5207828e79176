import * as z from 'zod';
import { PROBLEMS, Problem, type ProblemCode } from '#shared/kernel/problems.ts';

/** A call of a port that another process has. Values go by the structured clone algorithm: maps and bytes stay what they are. */
export const PortCall = z.object({
  kind: z.literal('call'),
  call: z.number(),
  port: z.string(),
  method: z.string(),
  given: z.array(z.unknown()),
});
export const PortReply = z.object({
  kind: z.literal('reply'),
  call: z.number(),
  result: z.unknown(),
  failure: z.object({ code: z.string().optional(), detail: z.string() }).optional(),
});
type PortCall = z.output<typeof PortCall>;
type PortReply = z.output<typeof PortReply>;

/** Answers a call by one of the ports. A method that lists returns all at once. */
export async function answerCall(ports: Record<string, object>, request: PortCall): Promise<PortReply> {
  const { call, port, method, given } = request;
  try {
    const target = ports[port] ?? {};
    const member: unknown = Reflect.get(target, method);
    if (typeof member !== 'function') throw new Error(`${port} has no ${method}`);
    return { kind: 'reply', call, result: await Reflect.apply(member, target, given) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { kind: 'reply', call, result: undefined, failure: { detail, code: codeOf(error) } };
  }
}

const codeOf = (error: unknown): string | undefined => (error instanceof Problem ? error.code : undefined);
const isCode = (code: string | undefined): code is ProblemCode => code !== undefined && code in PROBLEMS;

/** Calls ports of another process. @param send delivers a call; what comes back goes to `settle` */
export function remotePorts(send: (call: PortCall) => void) {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let calls = 0;
  const ask = (port: string, method: string, given: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      send({ kind: 'call', call: calls, port, method, given });
    });
  return {
    /**
     * Returns a port whose calls are answered by the other process.
     * @param own methods that are not, such as those that return an iterable
     */
    port<Port extends object>(name: string, own: Partial<Port> = {}): Port {
      const get = (_: object, method: string | symbol): unknown =>
        Reflect.get(own, method) ??
        // It is no promise: `await` asks.
        (method === 'then' ? undefined : (...given: unknown[]) => ask(name, String(method), given));
      // The cast: the other process has a port of this type under this name.
      return new Proxy({}, { get }) as Port;
    },
    ask,
    settle({ call, result, failure }: PortReply): void {
      const asked = waiting.get(call);
      waiting.delete(call);
      if (!failure) asked?.resolve(result);
      else
        asked?.reject(
          isCode(failure.code) ? new Problem(failure.code, failure.detail) : new Error(failure.detail),
        );
    },
  };
}
