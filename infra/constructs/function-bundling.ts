import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Environment } from '../config/environments.ts';

export type NativeModule = 'sharp' | 'onnxruntime-node';
/** Files of `models/`: all, or only the manifests, which calibrate a model's cosines. */
export type ModelFiles = 'all' | 'manifests';

/** Defines `require`, which ES modules lack and some bundled packages call. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/**
 * Bundles a function into one minified ES module that includes the AWS SDK, so that the tested version is deployed.
 * Native modules are installed beside it for the function's platform.
 */
export function functionBundling(
  environment: Environment,
  nativeModules: readonly NativeModule[],
  models: ModelFiles | undefined,
): BundlingOptions {
  const cpu = environment.functions.architecture === 'arm64' ? 'arm64' : 'x64';
  return {
    format: OutputFormat.ESM,
    target: 'node24',
    banner: REQUIRE,
    minify: true,
    sourceMap: true,
    sourcesContent: false,
    mainFields: ['module', 'main'],
    // LanceDB is loaded by path, in env local only; libheif by the process that reads images, which has its own bundle.
    externalModules: ['@lancedb/lancedb', 'libheif-js'],
    ...(nativeModules.length > 0 && { nodeModules: [...nativeModules] }),
    environment: {
      npm_config_cpu: cpu,
      npm_config_os: 'linux',
      npm_config_libc: 'glibc',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_loglevel: 'error',
      ONNXRUNTIME_NODE_INSTALL: 'skip',
    },
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (inputDir, outputDir) => [
        ...(nativeModules.includes('onnxruntime-node') ? keepOnlyPlatform(outputDir, cpu) : []),
        ...(nativeModules.includes('sharp') ? [bundleReader(inputDir, outputDir)] : []),
        `rm -f '${outputDir}/package-lock.json'`,
        ...(models ? [`mkdir -p '${outputDir}/models'`] : []),
        ...(models ? [`cp '${inputDir}'/models/*.json '${outputDir}/models/'`] : []),
        ...(models === 'all' ? [`cp '${inputDir}'/models/*.onnx '${outputDir}/models/'`] : []),
      ],
    },
  };
}

/**
 * Bundles the program that reads strangers' images in a process of its own: `readerProcess` starts it. libheif is in a
 * second file, which is read when the first HEIC comes.
 */
const bundleReader = (inputDir: string, outputDir: string): string =>
  [
    `'${inputDir}/node_modules/.bin/esbuild' '${inputDir}/shared/imaging/process-program.ts'`,
    '--bundle --splitting --platform=node --format=esm --target=node24 --minify --external:sharp --log-level=warning',
    `--banner:js="${REQUIRE}" --outdir='${outputDir}' --entry-names=imaging-process --out-extension:.js=.mjs`,
  ].join(' ');

/** Removes other platforms' libraries from onnxruntime-node: 288 MB in all, of which a function needs 25 to 46. */
const keepOnlyPlatform = (outputDir: string, cpu: string): string[] => {
  const binaries = `'${outputDir}/node_modules/onnxruntime-node/bin'`;
  return [
    `find ${binaries} -mindepth 2 -maxdepth 2 -type d ! -name linux -exec rm -rf {} +`,
    `find ${binaries} -mindepth 3 -maxdepth 3 -type d ! -name ${cpu} -exec rm -rf {} +`,
  ];
};
