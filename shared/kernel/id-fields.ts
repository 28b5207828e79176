import * as z from 'zod';
import {
  type AuditId,
  DELIVERY_ID_PATTERN,
  type DeliveryId,
  GROUP_ID_PATTERN,
  type GroupId,
  IMAGE_ID_PATTERN,
  type ImageId,
  JOB_ID_PATTERN,
  type JobId,
  KEY_ID_PATTERN,
  type KeyId,
  STORAGE_ID_PATTERN,
  type StorageId,
  TENANT_ID_PATTERN,
  type TenantId,
  USER_ID_PATTERN,
  type UserId,
  WEBHOOK_ID_PATTERN,
  type WebhookId,
} from './ids.ts';

const idField = <Id extends string>(pattern: RegExp) =>
  z.custom<Id>((value) => typeof value === 'string' && pattern.test(value));

/** Schema fields whose output is a branded id. */
export const TenantIdField = idField<TenantId>(TENANT_ID_PATTERN);
export const ImageIdField = idField<ImageId>(IMAGE_ID_PATTERN);
export const GroupIdField = idField<GroupId>(GROUP_ID_PATTERN);
export const KeyIdField = idField<KeyId>(KEY_ID_PATTERN);
export const UserIdField = idField<UserId>(USER_ID_PATTERN);
export const JobIdField = idField<JobId>(JOB_ID_PATTERN);
export const StorageIdField = idField<StorageId>(STORAGE_ID_PATTERN);
export const WebhookIdField = idField<WebhookId>(WEBHOOK_ID_PATTERN);
export const DeliveryIdField = idField<DeliveryId>(DELIVERY_ID_PATTERN);
export const AuditIdField = idField<AuditId>(/^aud_/);
