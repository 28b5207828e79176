import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A read of DynamoDB: the command, and how many items it read. */
export interface Read {
  command: string;
  items: number;
}

const READS = ['GetItemCommand', 'BatchGetItemCommand', 'QueryCommand', 'ScanCommand'];

/** Records the reads of a client from now on. */
export function recordReads(client: DynamoDBClient): Read[] {
  const reads: Read[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const reply = await next(args);
      const command = String(context.commandName);
      if (READS.includes(command)) reads.push({ command, items: itemsOf(reply.output) });
      return reply;
    },
    { step: 'initialize' },
  );
  return reads;
}

function itemsOf(output: object): number {
  if ('ScannedCount' in output) return Number(output.ScannedCount);
  if ('Responses' in output) return Object.values(output.Responses ?? {}).flat().length;
  return 'Item' in output ? 1 : 0;
}
