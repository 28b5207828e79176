import { OperatorGuardsEnv } from '#shared/guards/guards.ts';

export const Env = OperatorGuardsEnv;
