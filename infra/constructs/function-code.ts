import { cpSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { Environment } from '../config/environments.ts';
import { builtBy, pathOf } from './built-asset.ts';
import { bundledHandlers, bundledReader } from './bundles.ts';
import { installedModules, type NativeModule } from './native-modules.ts';

/** Files of `models/`: all, or only the manifests, which calibrate a model's cosines. */
export type ModelFiles = 'all' | 'manifests';

interface FunctionParts {
  environment: Environment;
  /** The function's folder under `functions/`. */
  path: string;
  nativeModules: readonly NativeModule[];
  models: ModelFiles | undefined;
}

/** Returns the code of a function: its bundle, and beside it native modules for its platform, and models. */
export const functionCode = ({ environment, path, nativeModules, models }: FunctionParts): AssetCode =>
  Code.fromAsset(
    pathOf(`functions/${path}`),
    builtBy((folder) => {
      const add = (source: string) => cpSync(source, folder, { recursive: true, verbatimSymlinks: true });
      add(join(bundledHandlers(), path));
      if (nativeModules.length > 0) add(installedModules(nativeModules, environment.functions.architecture));
      if (nativeModules.includes('sharp')) add(bundledReader());
      if (models) copyModels(models, folder);
    }),
  );

function copyModels(models: ModelFiles, folder: string): void {
  mkdirSync(join(folder, 'models'));
  for (const file of globSync(models === 'all' ? 'models/*.{json,onnx}' : 'models/*.json', {
    cwd: pathOf('.'),
  }))
    cpSync(pathOf(file), join(folder, file));
}
