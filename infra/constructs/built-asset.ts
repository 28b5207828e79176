import { fileURLToPath } from 'node:url';
import { AssetHashType, type AssetOptions, DockerImage } from 'aws-cdk-lib';

/** Returns the absolute path of a file or folder. @param path from the repository's root */
export const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * Makes an asset of what `build` writes to a folder, named after its contents: what did not change is not deployed again. It
 * is called only if the asset's stack is deployed.
 */
export const builtBy = (build: (folder: string) => void) =>
  ({
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle(folder) {
          build(folder);
          return true;
        },
      },
    },
  }) satisfies AssetOptions;
