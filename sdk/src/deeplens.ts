import type { ApiPromise } from './api-promise.ts';
import { ApiClient } from './client.ts';
import type { Me } from './generated/types.gen.ts';
import type { CallOptions } from './options.ts';
import { Admin } from './resources/admin.ts';
import { Audit } from './resources/audit.ts';
import { Duplicates } from './resources/duplicates.ts';
import { Images } from './resources/images.ts';
import { Jobs } from './resources/jobs.ts';
import { Keys } from './resources/keys.ts';
import { Reports } from './resources/reports.ts';
import { Scans } from './resources/scans.ts';
import { Search } from './resources/search.ts';
import { Service } from './resources/service.ts';
import { SettingsResource } from './resources/settings.ts';
import { Storages } from './resources/storages.ts';
import { Uploads } from './resources/uploads.ts';
import { Users } from './resources/users.ts';
import { Webhooks } from './resources/webhooks.ts';

/** A client of the API: a method for each operation. One client can make any number of calls at once. */
export class DeepLens extends ApiClient {
  readonly images = new Images(this);
  readonly uploads = new Uploads(this);
  readonly search = new Search(this);
  readonly duplicates = new Duplicates(this);
  readonly storages = new Storages(this);
  readonly scans = new Scans(this);
  readonly jobs = new Jobs(this);
  readonly keys = new Keys(this);
  readonly users = new Users(this);
  readonly webhooks = new Webhooks(this);
  readonly settings = new SettingsResource(this);
  readonly reports = new Reports(this);
  readonly audit = new Audit(this);
  readonly service = new Service(this);
  /** For operators. */
  readonly admin = new Admin(this);

  /** Returns who the credential is, what it allows, and the limits that are left. */
  me(options?: CallOptions): ApiPromise<Me> {
    return this.call('getMe', {}, options);
  }
}
