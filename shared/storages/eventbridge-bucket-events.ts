import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  EventBridgeClient,
  LimitExceededException,
  ListEventBusesCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { orUnavailable } from '#shared/aws/unavailable.ts';
import { type StorageId, storageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { BucketEvents, EventBuses } from './bucket-events.ts';
import { eventPattern } from './events-template.ts';

/** What the names of all locations' buses begin with: `deeplens-prod.`. */
export const EventBusesEnv = z.object({ EVENT_BUSES_PREFIX: z.string().regex(/^[\w-]+\.$/) });
export const BucketEventsEnv = EventBusesEnv.extend({
  STORAGE_EVENTS_QUEUE_ARN: z.string().startsWith('arn:'),
});

/** The rule of each bus, and its target. */
const RULE = 'objects';
const TARGET = 'queue';
/** Buses that one call of `removeSome` removes. */
const SLICE = 10;

interface Options {
  prefix: string;
  client?: EventBridgeClient;
}

const send = <Output>(call: Promise<Output>): Promise<Output> => orUnavailable('The event service', call);

/** Event buses of EventBridge, as `{prefix}{tenant}.{storage}`. */
export function eventBridgeBuses({ prefix, client = new EventBridgeClient() }: Options): EventBuses {
  const ownPrefix = (tenant: TenantId): string => `${prefix}${tenant}.`;

  async function storagesOf(tenant: TenantId, most: number): Promise<StorageId[]> {
    const command = new ListEventBusesCommand({ NamePrefix: ownPrefix(tenant), Limit: most });
    const { EventBuses: buses = [] } = await send(client.send(command));
    return buses.flatMap(({ Name }) => (Name ? [storageId(Name.slice(ownPrefix(tenant).length))] : []));
  }

  async function turnOff(tenant: TenantId, storage: StorageId): Promise<void> {
    const EventBusName = `${ownPrefix(tenant)}${storage}`;
    const rule = { EventBusName, Name: RULE };
    await ifThere(client.send(new RemoveTargetsCommand({ EventBusName, Rule: RULE, Ids: [TARGET] })));
    await ifThere(client.send(new DeleteRuleCommand(rule)));
    await ifThere(client.send(new DeleteEventBusCommand({ Name: EventBusName })));
  }

  return {
    turnOff,
    async removeSome(tenant) {
      const storages = await storagesOf(tenant, SLICE);
      for (const storage of storages) await turnOff(tenant, storage);
      return storages.length;
    },
    async count(tenant) {
      return (await storagesOf(tenant, 1)).length;
    },
  };
}

/** @param options.queueArn of the queue that takes the events of all buses */
export function eventBridgeBucketEvents({
  prefix,
  queueArn,
  client = new EventBridgeClient(),
}: Options & { queueArn: string }): BucketEvents {
  async function makeBus(Name: string): Promise<string> {
    try {
      const { EventBusArn = '' } = await client.send(new CreateEventBusCommand({ Name }));
      return EventBusArn;
    } catch (error) {
      if (error instanceof ResourceAlreadyExistsException) return arnOf(Name);
      if (!(error instanceof LimitExceededException)) return send(Promise.reject(error));
      throw new Problem(
        'dependency_unavailable',
        'All event buses of the service are in use. Scan on a schedule until its operator has raised their number.',
        { cause: error },
      );
    }
  }

  async function arnOf(Name: string): Promise<string> {
    const { EventBuses: buses = [] } = await send(
      client.send(new ListEventBusesCommand({ NamePrefix: Name, Limit: 1 })),
    );
    return buses[0]?.Arn ?? '';
  }

  return {
    ...eventBridgeBuses({ prefix, client }),
    async turnOn(tenant, storage, source) {
      const EventBusName = `${prefix}${tenant}.${storage}`;
      const arn = await makeBus(EventBusName);
      const { account } = source;
      const mayPut = { StatementId: 'bucket', Principal: account, Action: 'events:PutEvents' };
      await send(client.send(new PutPermissionCommand({ EventBusName, ...mayPut })));
      const EventPattern = JSON.stringify({ account: [account], ...eventPattern(source) });
      await send(client.send(new PutRuleCommand({ EventBusName, Name: RULE, EventPattern })));
      const InputTemplate = `{"tenant_id":"${tenant}","storage_id":"${storage}","event":<aws.events.event.json>}`;
      const target = { Id: TARGET, Arn: queueArn, InputTransformer: { InputTemplate } };
      const { FailedEntries: failed = [] } = await send(
        client.send(new PutTargetsCommand({ EventBusName, Rule: RULE, Targets: [target] })),
      );
      if (failed.length > 0)
        throw new Problem('dependency_unavailable', 'The event service is changing the rule. Try again.');
      return arn;
    },
  };
}

/** Awaits a removal of what may be gone. */
async function ifThere(removal: Promise<unknown>): Promise<void> {
  await send(removal).catch((error: unknown) => {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  });
}
