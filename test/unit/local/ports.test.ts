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
  it('are kept from run to run, and are others for another name or home', async () => {
    const home = await temporaryHome();
    const port = await keptPort(home, 'emulator');
    expect(await keptPort(home, 'emulator')).toBe(port);
    expect(await keptPort(home, 'gpu-worker')).not.toBe(port);
    expect(await keptPort(await temporaryHome(), 'emulator')).not.toBe(port);
  });

  it('are refused in plain words where another program has taken them', async () => {
    const home = await temporaryHome();
    const port = await keptPort(home, 'emulator');
    await take(port);
    await expect(keptPort(home, 'emulator')).rejects.toThrow(`Port ${port} (emulator) is taken`);
    await expect(needPort(port)).rejects.toThrow(`DEEPLENS_PORT=${port + 1}`);
  });
});
