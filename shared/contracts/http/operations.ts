import { listAudit, listOwnAudit, revokeTokens } from './audit.ts';
import { decideGroup, decideGroups, searchDuplicates, undoDecision } from './duplicates.ts';
import { replayEvents } from './events.ts';
import { redriveFailures, retryImage } from './failures.ts';
import {
  addImage,
  deleteImage,
  deleteImages,
  getImage,
  getThumbnail,
  listImages,
  requestUploads,
} from './images.ts';
import {
  cancelJob,
  cancelOwnJob,
  confirmOwnJob,
  getJob,
  getOwnJob,
  listJobErrors,
  listJobs,
  listOwnJobs,
} from './jobs.ts';
import { ownKeys, tenantKeys } from './keys.ts';
import { getMe } from './me.ts';
import {
  checkIndex,
  listModels,
  migrateToModel,
  moveTenants,
  rebuildIndex,
  rollBackModel,
} from './models.ts';
import type { Operation } from './operation.ts';
import { changeUser, inviteUser, listUsers, removeUser } from './people.ts';
import { cancelScan, getScan, startScan } from './scans.ts';
import { searchSimilarity } from './search.ts';
import { getHealth, liveness, openApi, readiness } from './service.ts';
import { changeSettings, getSettings } from './settings.ts';
import { getCapacity, getOverview } from './statistics.ts';
import {
  addStorage,
  changeStorage,
  getStorage,
  issueExternalId,
  listStorages,
  removeStorage,
  testStorage,
  turnOffEvents,
  turnOnEvents,
} from './storages.ts';
import { getSwitches, putSwitches } from './switches.ts';
import {
  changeTenant,
  createTenant,
  deleteTenant,
  getLimits,
  getTenant,
  listTenants,
  putLimits,
} from './tenants.ts';
import { getTenantUsage, getUsage, listUsage } from './usage.ts';
import {
  changeWebhook,
  createWebhook,
  getDelivery,
  listDeliveries,
  listWebhooks,
  redeliver,
  removeWebhook,
  replayDeliveries,
  rotateWebhookSecret,
  testWebhook,
} from './webhooks.ts';

/** Every operation of the API. Tests compare the OpenAPI document, the deployed routes and the authorisation tests with it. */
export const OPERATIONS: readonly Operation[] = [
  requestUploads,
  addImage,
  listImages,
  getImage,
  deleteImage,
  deleteImages,
  getThumbnail,
  retryImage,
  searchSimilarity,
  searchDuplicates,
  decideGroup,
  decideGroups,
  undoDecision,
  getMe,
  ...Object.values(ownKeys),
  listUsers,
  inviteUser,
  changeUser,
  removeUser,
  listWebhooks,
  createWebhook,
  changeWebhook,
  removeWebhook,
  rotateWebhookSecret,
  testWebhook,
  listDeliveries,
  getDelivery,
  redeliver,
  replayDeliveries,
  getSettings,
  changeSettings,
  issueExternalId,
  addStorage,
  listStorages,
  getStorage,
  testStorage,
  changeStorage,
  turnOnEvents,
  turnOffEvents,
  removeStorage,
  getUsage,
  getOverview,
  listOwnAudit,
  listOwnJobs,
  getOwnJob,
  cancelOwnJob,
  confirmOwnJob,
  listJobErrors,
  startScan,
  getScan,
  cancelScan,
  createTenant,
  listTenants,
  getTenant,
  changeTenant,
  deleteTenant,
  getLimits,
  putLimits,
  ...Object.values(tenantKeys),
  getTenantUsage,
  listUsage,
  getCapacity,
  listAudit,
  revokeTokens,
  listJobs,
  getJob,
  cancelJob,
  listModels,
  migrateToModel,
  rollBackModel,
  rebuildIndex,
  checkIndex,
  moveTenants,
  redriveFailures,
  getSwitches,
  putSwitches,
  replayEvents,
  getHealth,
  liveness,
  readiness,
  openApi,
];
