import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Environment } from '../config/environments.ts';
import { builtOnce } from './build-once.ts';
import { pathOf } from './built-asset.ts';

/** Packages with native code, which esbuild cannot bundle. */
export type NativeModule = 'sharp' | 'onnxruntime-node';
type Architecture = Environment['functions']['architecture'];

/** The modules come compiled: scripts would look for compilers and for CUDA. */
const FLAGS = [
  ...['--os=linux', '--libc=glibc', '--prefer-offline', '--ignore-scripts'],
  ...['--no-audit', '--no-fund', '--loglevel=error'],
];

const Package = z.object({ dependencies: z.record(z.string(), z.string()) });

/** Installs modules for a function's platform, in the versions of the lock file. Returns the folder with `node_modules`. */
export function installedModules(modules: readonly NativeModule[], architecture: Architecture): string {
  const cpu = architecture === 'arm64' ? 'arm64' : 'x64';
  return builtOnce(`${modules} ${cpu}`, (folder) => {
    const { dependencies } = Package.parse(JSON.parse(readFileSync(pathOf('package.json'), 'utf8')));
    const wanted = Object.fromEntries(modules.map((name) => [name, dependencies[name]]));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: wanted }));
    cpSync(pathOf('package-lock.json'), join(folder, 'package-lock.json'));
    execFileSync('npm', ['ci', ...FLAGS, `--cpu=${cpu}`], {
      cwd: folder,
      stdio: ['ignore', process.stderr, 'inherit'],
    });
    rmSync(join(folder, 'package-lock.json'));
    if (modules.includes('onnxruntime-node')) keepOnlyPlatform(folder, cpu);
  });
}

/** Removes other platforms' libraries from onnxruntime-node: 288 MB in all, of which a function needs 25 to 46. */
function keepOnlyPlatform(folder: string, cpu: string): void {
  const binaries = 'node_modules/onnxruntime-node/bin/*';
  const others = globSync([`${binaries}/!(linux)`, `${binaries}/linux/!(${cpu})`], { cwd: folder });
  for (const other of others) rmSync(join(folder, other), { recursive: true });
}
