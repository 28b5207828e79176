import type { MeReply } from '#shared/contracts/http/me.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { sumOf } from '#shared/images/quota.ts';
import { satisfies } from '#shared/kernel/access.ts';
import { type Caller, personOf } from '#shared/kernel/caller.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { limitsOf } from '#shared/kernel/plans.ts';
import { type Grant, type Limiter, PERSONAL_SEARCHES } from '#shared/rate-limit/limiter.ts';

interface Ports {
  limiter: Pick<Limiter, 'left'>;
  images: Pick<ImageStore, 'quotaUse'>;
  /** All operations of the API. */
  operations: readonly Pick<Operation, 'id' | 'policy'>[];
  now?: () => Date;
}

const RATES = ['requests', 'searches', 'uploads'] as const;

/** Describes a caller: who it is, what it may do, and what is left of its tenant's limits. */
export const describeCaller =
  ({ limiter, images, operations, now = () => new Date() }: Ports) =>
  async (tenant: TenantId, caller: Caller): Promise<MeReply> => {
    const { plan = 'free', scopes } = caller;
    const limits = limitsOf(plan, caller.limits);
    const demands = RATES.map((counter) => ({ counter, amount: 0, limit: limits[counter] }));
    const person = personOf(caller);
    const own = { counter: PERSONAL_SEARCHES, amount: 0, limit: limits.searches_per_person };
    const [grants, [personal], { stored, reserved }] = await Promise.all([
      limiter.left(tenant, demands),
      person === undefined ? [] : limiter.left(tenant, [own], person),
      images.quotaUse(tenant),
    ]);
    const used = sumOf(stored, reserved);
    const rateOf = ({ limit, remaining, resetsIn }: Pick<Grant, 'limit' | 'remaining' | 'resetsIn'>) => ({
      ...{ limit, remaining },
      resets_at: new Date(now().getTime() + resetsIn * 1000).toISOString(),
    });
    const rate = (counter: (typeof RATES)[number]) =>
      rateOf(
        grants.find((grant) => grant.counter === counter) ?? {
          ...{ limit: limits[counter], remaining: 0, resetsIn: 0 },
        },
      );
    const room = (limit: number, taken: number) => ({ limit, remaining: Math.max(0, limit - taken) });
    return {
      tenant_id: tenant,
      plan,
      subject: subjectOf(caller),
      scopes: [...scopes],
      limits: {
        requests: rate('requests'),
        searches: rate('searches'),
        ...(personal && { [PERSONAL_SEARCHES]: rateOf(personal) }),
        uploads: rate('uploads'),
        stored_images: room(limits.stored_images, used.images),
        storage_bytes: room(limits.storage_bytes, used.bytes),
      },
      features: operations
        .filter(({ policy }) => policy !== 'SystemAdmin' && satisfies(scopes, policy))
        .map(({ id }) => id),
    };
  };

function subjectOf({ kind, subject, key, name, email, role }: Caller): MeReply['subject'] {
  return {
    kind: kind !== 'person' ? 'key' : key === undefined ? 'person' : 'key_and_person',
    id: subject,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(role && { role }),
  };
}
