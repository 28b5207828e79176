import { join } from 'node:path';
import { VERSION } from './distribution.ts';
import type { Java } from './java.ts';

/** Renders the node's opensearch.yml. */
export function nodeConfiguration(of: { folder: string; port: number; transportPort: number }): string {
  const settings = {
    'cluster.name': 'deeplens-local',
    'node.name': 'local',
    'network.host': '127.0.0.1',
    'http.port': of.port,
    'transport.port': of.transportPort,
    'discovery.type': 'single-node',
    'path.data': join(of.folder, 'data'),
    'path.logs': join(of.folder, 'logs'),
    // A full disk must not turn the indices read-only.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    'action.auto_create_index': false,
    'action.destructive_requires_name': true,
    // A write waits for the next refresh. The default of 1 s would slow down local work.
    'cluster.default.index.refresh_interval': '100ms',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}

/** Returns the node's command line. Uses the compiler's first tier only, which halves the CPU time of a start. */
export function javaArguments(of: { java: Java; home: string; folder: string; heapMiB: number }): string[] {
  const { java, home, folder, heapMiB } = of;
  return [
    `-Xms${heapMiB}m`,
    `-Xmx${heapMiB}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...(java.major >= 24
      ? ['--enable-native-access=ALL-UNNAMED', '--sun-misc-unsafe-memory-access=allow']
      : []),
    '-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1',
    '-Djna.nosys=true',
    '-Dlog4j.shutdownHookEnabled=false',
    '-Dlog4j2.disable.jmx=true',
    `-Djava.io.tmpdir=${join(folder, 'tmp')}`,
    `-Dopensearch.path.home=${home}`,
    `-Dopensearch.path.conf=${join(folder, 'config')}`,
    '-Dopensearch.distribution.type=zip',
    '-Dopensearch.bundled_jdk=false',
    // Without the Java agent, which takes 6 s of CPU time at start; its bootstrap classes are required.
    `-Xbootclasspath/a:${join(home, `agent/opensearch-agent-bootstrap-${VERSION}.jar`)}`,
    '-cp',
    `${join(home, 'lib')}/*`,
    'org.opensearch.bootstrap.OpenSearch',
  ];
}
