import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import middy from '@middy/core';
import type { AttributeValue, DynamoDBStreamEvent } from 'aws-lambda';
import { emit } from './emit.ts';
import { stepOf } from './step.ts';
import { logger } from './telemetry.ts';

type Item = Record<string, unknown>;

/** A change of a table item. */
export interface StreamRecord {
  /** The same on each delivery of the change. */
  eventId: string;
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  keys: Item;
  /** Present if the stream includes old and new images. */
  oldImage?: Item;
  newImage?: Item;
}

/**
 * A Lambda function behind the stream of a table. A batch is redelivered until it is handled; later changes wait for it.
 */
export const streamFunction = ({ run }: { run: (records: readonly StreamRecord[]) => Promise<void> }) =>
  middy<DynamoDBStreamEvent, void>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async ({ Records }: DynamoDBStreamEvent, { functionName }) => {
      emit('batch_size', Records.length, { step: stepOf(functionName) });
      await run(
        Records.flatMap(({ eventID, eventName, dynamodb }) => {
          if (eventID === undefined || eventName === undefined) return [];
          const [oldImage, newImage] = [itemOf(dynamodb?.OldImage), itemOf(dynamodb?.NewImage)];
          const keys = itemOf(dynamodb?.Keys) ?? {};
          return [
            {
              eventId: eventID,
              eventName,
              keys,
              ...(oldImage && { oldImage }),
              ...(newImage && { newImage }),
            },
          ];
        }),
      );
    });

/** The event's type of an attribute is narrower than the SDK's; the data is the same. */
const itemOf = (image: Record<string, AttributeValue> | undefined): Item | undefined =>
  image && unmarshall(image as Parameters<typeof unmarshall>[0]);
