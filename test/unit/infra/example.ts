import inputs from '../../../deeplens.config.example.json' with { type: 'json' };
import { environment } from '../../../infra/config/choose-environment.ts';
import type { Environment } from '../../../infra/config/environments.ts';

const example: Record<string, unknown> = inputs;

/** Returns an environment with the inputs of the committed example. */
export const exampleEnvironment = (name: string): Environment => environment(name, example[name]);
