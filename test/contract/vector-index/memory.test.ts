import { memoryVectorIndex } from '../../memory/vector-index.ts';
import { describeVectorIndex } from './vector-index.suite.ts';

const index = memoryVectorIndex();
describeVectorIndex('memory', async () => index);
