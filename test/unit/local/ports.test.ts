import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keptPort, needPort } from '../../../infra/local/ports.ts';
import { temporaryHome } from './home.ts';

async function take(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
}

describe('ports', () => {
  it('are stable across runs, and differ by name and home', async () => {
    const home = await temporaryHome();
    const port = await keptPort(home, 'emulator');
    expect(await keptPort(home, 'emulator')).toBe(port);
    expect(await keptPort(home, 'gpu-worker')).not.toBe(port);
    expect(await keptPort(await temporaryHome(), 'emulator')).not.toBe(port);
  });

  it('are refused with advice if another program uses them', async () => {
    const home = await temporaryHome();
    const port = await keptPort(home, 'emulator');
    await take(port);
    await expect(keptPort(home, 'emulator')).rejects.toThrow(`Port ${port} (emulator) is used`);
    await expect(needPort(port)).rejects.toThrow(`DEEPLENS_PORT=${port + 1}`);
  });
});
