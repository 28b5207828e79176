import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import { refusalLimiter } from '#shared/rate-limit/refusal-limiter.ts';
import type { IdempotentGuards } from '#shared/runtime/guards.ts';
import type { Idempotency } from '#shared/runtime/idempotency.ts';
import { memoryAuditLog } from './audit-log.ts';
import { memoryPublisher } from './publisher.ts';
import { memoryWindows } from './window-store.ts';

/** All guards in memory, for tests of routes; a test replaces those that it examines. */
export const memoryGuards = (replaced: Partial<IdempotentGuards> = {}): IdempotentGuards => ({
  audit: memoryAuditLog(),
  refusals: refusalLimiter(),
  limiter: leasingLimiter(memoryWindows()),
  publisher: memoryPublisher(),
  idempotency: memoryIdempotency(),
  ...replaced,
});

function memoryIdempotency(): Idempotency {
  const replies = new Map<string, unknown>();
  return async (call, _context, run) => {
    const key = `${call.tenant}/${call.operation}/${call.key}`;
    if (!replies.has(key)) replies.set(key, await run());
    return replies.get(key) as Awaited<ReturnType<typeof run>>; // one operation has one type of reply
  };
}
