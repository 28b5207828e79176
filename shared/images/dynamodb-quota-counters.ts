import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { storedKey, storedMonthKey } from '#shared/aws/dynamodb-keys.ts';
import type { Item, Update, Write } from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { periodAt } from '#shared/kernel/period.ts';
import type { ImageRecord } from './image-record.ts';
import { NOTHING_STORED, type QuotaUse, type Stored, sumOf } from './quota.ts';

/** The item `STORED`. `images` and `bytes` include what is reserved: a condition cannot add two attributes. */
const Counters = z.object({
  images: z.number(),
  bytes: z.number(),
  reserved_images: z.number().default(0),
  reserved_bytes: z.number().default(0),
});
type Counters = z.infer<typeof Counters>;

const readCounters = itemReader('images', Counters);

export function quotaUseIn(item: Item | undefined): QuotaUse {
  if (!item) return { stored: NOTHING_STORED, reserved: NOTHING_STORED };
  const { images, bytes, reserved_images, reserved_bytes } = readCounters(item);
  return {
    stored: { images: images - reserved_images, bytes: bytes - reserved_bytes },
    reserved: { images: reserved_images, bytes: reserved_bytes },
  };
}

/** Returns what the counters hold for an image. */
export const countsOf = ({
  reserved_bytes: reserved,
  stored_bytes: stored,
}: Pick<ImageRecord, 'reserved_bytes' | 'stored_bytes'>): Counters => ({
  images: reserved === undefined && stored === undefined ? 0 : 1,
  bytes: reserved ?? stored ?? 0,
  reserved_images: reserved === undefined ? 0 : 1,
  reserved_bytes: reserved ?? 0,
});

export const difference = (to: Counters, from: Counters): Counters => ({
  images: to.images - from.images,
  bytes: to.bytes - from.bytes,
  reserved_images: to.reserved_images - from.reserved_images,
  reserved_bytes: to.reserved_bytes - from.reserved_bytes,
});

/** Returns what the counters hold for reservations of these sizes. */
export const reservations = (sizes: readonly number[]): Counters => {
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { images: sizes.length, bytes, reserved_images: sizes.length, reserved_bytes: bytes };
};

/** Returns true if the quota has room for what is added; what is there already may exceed it. */
export function hasRoomFor({ stored, reserved }: QuotaUse, change: Counters, quota: Stored): boolean {
  const used = sumOf(stored, reserved);
  const within = (what: 'images' | 'bytes') => change[what] <= 0 || used[what] + change[what] <= quota[what];
  return within('images') && within('bytes');
}

type Condition = Pick<
  Update,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** Adds to a write the condition that an image is counted as it was when it was read. */
export function countedAsIn<Conditional extends Condition>(
  { reserved_bytes, stored_bytes }: ImageRecord,
  write: Conditional,
): Conditional {
  const amounts = Object.entries({ reserved_bytes, stored_bytes });
  const as = ([name, amount]: [string, number | undefined]) =>
    amount === undefined ? `attribute_not_exists(${name})` : `${name} = :read_${name}`;
  const values = amounts.flatMap(([name, amount]) =>
    amount === undefined ? [] : [[`:read_${name}`, amount]],
  );
  return {
    ...write,
    ConditionExpression: [write.ConditionExpression, ...amounts.map(as)].join(' AND '),
    ExpressionAttributeValues: { ...write.ExpressionAttributeValues, ...Object.fromEntries(values) },
  };
}

/** Adds to the counters of a tenant, on condition that the quota has room for what is added. */
export function count(tenant: TenantId, change: Counters, quota: Stored): Write {
  const within: string[] = [];
  if (change.images > 0) within.push('#images <= :most_images');
  if (change.bytes > 0) within.push('#bytes <= :most_bytes');
  const condition = within.join(' AND ');
  // A missing item counts as 0.
  const fits = change.images <= quota.images && change.bytes <= quota.bytes;
  return {
    Update: {
      Key: storedKey(tenant),
      ...added(change),
      ...(condition && {
        ConditionExpression: fits ? `attribute_not_exists(pk) OR (${condition})` : condition,
      }),
      ExpressionAttributeValues: {
        ...added(change).ExpressionAttributeValues,
        ...(change.images > 0 && { ':most_images': quota.images - change.images }),
        ...(change.bytes > 0 && { ':most_bytes': quota.bytes - change.bytes }),
      },
    },
  };
}

const StoredMonth = z.object({ images: z.number(), bytes: z.number() });
export const readStoredMonth = itemReader('images', StoredMonth);

/** Adds what an image's step changes of what is stored to the sums of the step's month. @param at RFC 3339 */
export const countInMonth = (tenant: TenantId, at: string, change: Stored): Write => ({
  Update: { Key: storedMonthKey(tenant, periodAt(at)), ...added(change) },
});

/** Takes away what the counters hold for an image. */
export const uncount = (tenant: TenantId, counted: Counters): Write => ({
  Update: { Key: storedKey(tenant), ...added(difference(countsOf({}), counted)) },
});

const added = (change: Partial<Counters>) => {
  const names = Object.keys(change);
  return {
    UpdateExpression: `ADD ${names.map((name) => `#${name} :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(change).map(([name, value]) => [`:${name}`, value]),
    ),
  };
};
