import { switchesKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { SwitchStore } from './switch-store.ts';
import { ALL_ON, Switches } from './switches.ts';

const readSwitches = itemReader('activity', Switches);

/** The switches as one item of the table `activity`. */
export function dynamoSwitchStore(options: TableOptions): SwitchStore {
  const table = openTable(options);
  const get = async (): Promise<Switches> => {
    const item = await table.get(switchesKey());
    return item ? readSwitches(item) : ALL_ON;
  };
  return {
    get,
    async put(switches) {
      const before = await get();
      await table.put({ ...switchesKey(), ...switches });
      return before;
    },
  };
}
