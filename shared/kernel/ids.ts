import { decodeTime, encodeTime, ulid } from 'ulid';
import { Problem } from './problems.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A tenant's slug, chosen by the operator: 2–63 characters of `a-z`, `0-9` and `-`. */
export type TenantId = Branded<'TenantId'>;
/** `img_` and a ULID. */
export type ImageId = Branded<'ImageId'>;
/** `grp_` and a ULID. */
export type GroupId = Branded<'GroupId'>;
/** `key_` and a ULID. */
export type KeyId = Branded<'KeyId'>;
/** `usr_` and 26 characters as in a ULID, made of the tenant and the address: a person of a tenant. */
export type UserId = Branded<'UserId'>;
/** `qry_` and a ULID. */
export type QueryId = Branded<'QueryId'>;
/** `job_` and a ULID. */
export type JobId = Branded<'JobId'>;
/** `st_` and a ULID: a tenant's storage location. */
export type StorageId = Branded<'StorageId'>;
/** `wh_` and a ULID: where a tenant has events sent. */
export type WebhookId = Branded<'WebhookId'>;
/** `dlv_` and a ULID: one message to one webhook. */
export type DeliveryId = Branded<'DeliveryId'>;
/** `aud_` and a ULID: an entry of the audit log. */
export type AuditId = Branded<'AuditId'>;

export const TENANT_ID_PATTERN = /^[a-z0-9][a-z0-9-]{1,62}$/;
const ULID_PATTERN = '[0-9A-HJKMNP-TV-Z]{26}';
export const IMAGE_ID_PATTERN = new RegExp(`^img_${ULID_PATTERN}$`);
export const GROUP_ID_PATTERN = new RegExp(`^grp_${ULID_PATTERN}$`);
export const KEY_ID_PATTERN = new RegExp(`^key_${ULID_PATTERN}$`);
export const USER_ID_PATTERN = new RegExp(`^usr_${ULID_PATTERN}$`);
export const JOB_ID_PATTERN = new RegExp(`^job_${ULID_PATTERN}$`);
export const WEBHOOK_ID_PATTERN = new RegExp(`^wh_${ULID_PATTERN}$`);
export const DELIVERY_ID_PATTERN = new RegExp(`^dlv_${ULID_PATTERN}$`);
export const STORAGE_ID_PATTERN = new RegExp(`^st_${ULID_PATTERN}$`);

/** Checks a string and brands it as an id; the cast is needed because only a type carries the brand. */
function branded<Id extends Branded<string>>(pattern: RegExp, what: string) {
  return (text: string): Id => {
    if (!pattern.test(text)) throw new Problem('invalid_request', `"${text.slice(0, 80)}" is not ${what}`);
    return text as Id;
  };
}

/** @throws Problem `invalid_request` if the text is not a tenant id. */
export const tenantId = branded<TenantId>(TENANT_ID_PATTERN, 'a tenant id');
/** @throws Problem `invalid_request` if the text is not an image id. */
export const imageId = branded<ImageId>(IMAGE_ID_PATTERN, 'an image id');
/** @throws Problem `invalid_request` if the text is not a group id. */
export const groupId = branded<GroupId>(GROUP_ID_PATTERN, 'a group id');
/** @throws Problem `invalid_request` if the text is not a key id. */
export const keyId = branded<KeyId>(KEY_ID_PATTERN, 'a key id');
/** @throws Problem `invalid_request` if the text is not a user id. */
export const userId = branded<UserId>(USER_ID_PATTERN, 'a user id');
/** @throws Problem `invalid_request` if the text is not a job id. */
export const jobId = branded<JobId>(JOB_ID_PATTERN, 'a job id');
/** @throws Problem `invalid_request` if the text is not the id of a webhook. */
export const webhookId = branded<WebhookId>(WEBHOOK_ID_PATTERN, 'a webhook id');
/** @throws Problem `invalid_request` if the text is not the id of a delivery. */
export const deliveryId = branded<DeliveryId>(DELIVERY_ID_PATTERN, 'a delivery id');
/** @throws Problem `invalid_request` if the text is not the id of a storage location. */
export const storageId = branded<StorageId>(STORAGE_ID_PATTERN, 'a storage id');

export const newImageId = (): ImageId => `img_${ulid()}` as ImageId;
export const newGroupId = (): GroupId => `grp_${ulid()}` as GroupId;
export const newKeyId = (): KeyId => `key_${ulid()}` as KeyId;
export const newQueryId = (): QueryId => `qry_${ulid()}` as QueryId;
export const newJobId = (): JobId => `job_${ulid()}` as JobId;
export const newStorageId = (): StorageId => `st_${ulid()}` as StorageId;
export const newWebhookId = (): WebhookId => `wh_${ulid()}` as WebhookId;
export const newDeliveryId = (now?: number): DeliveryId => `dlv_${ulid(now)}` as DeliveryId;
export const newAuditId = (): AuditId => `aud_${ulid()}` as AuditId;

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const base32 = (digest: Uint8Array): string => Array.from(digest, (byte) => BASE32[byte % 32]).join('');
/** Returns the id of a person by a digest of what identifies it. @param digest at least 26 bytes */
export const userIdOf = (digest: Uint8Array): UserId => `usr_${base32(digest.subarray(0, 26))}` as UserId;
/** Returns the id of an entry of the audit log: always the same for a moment and a digest. @param digest at least 16 bytes */
export const auditIdOf = (time: number, digest: Uint8Array): AuditId =>
  `aud_${encodeTime(time)}${base32(digest.subarray(0, 16))}` as AuditId;

/** Returns when the image was announced: its id is a ULID of that moment. */
export const announcedAt = (id: ImageId): Date => new Date(decodeTime(id.slice('img_'.length)));
