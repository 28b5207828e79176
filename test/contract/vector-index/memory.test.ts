import { memoryVectorIndex } from '#shared/vector-index/memory.ts';
import { describeVectorIndex } from './vector-index.suite.ts';

const index = memoryVectorIndex();
describeVectorIndex('memory', async () => index);
