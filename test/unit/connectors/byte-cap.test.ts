import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { capBytes } from '#shared/connectors/byte-cap.ts';

describe('a capped stream', () => {
  it('passes what is within the cap', async () => {
    const source = Readable.from([Buffer.from('ab'), Buffer.from('cd')]);
    expect((await buffer(capBytes(source, { maxBytes: 4 }))).toString()).toBe('abcd');
  });

  it('fails beyond the cap, before the whole is read, and closes its source', async () => {
    let sent = 0;
    const source = Readable.from(
      (function* () {
        for (; sent < 1_000; sent += 1) yield Buffer.alloc(1_024);
      })(),
    );
    await expect(buffer(capBytes(source, { maxBytes: 4_096 }))).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect(source.destroyed).toBe(true);
    expect(sent).toBeLessThan(100);
  });

  it('fails as its source does', async () => {
    const source = new Readable({
      read() {
        this.destroy(new Error('cut'));
      },
    });
    await expect(buffer(capBytes(source, { maxBytes: 4 }))).rejects.toThrow('cut');
  });

  it('fails and closes its source when it is aborted', async () => {
    const [source, control] = [new Readable({ read() {} }), new AbortController()];
    const read = buffer(capBytes(source, { maxBytes: 4, signal: control.signal }));
    control.abort(new Error('enough'));
    await expect(read).rejects.toThrow('abort');
    expect(source.destroyed).toBe(true);
  });

  it('closes its source when it is closed', async () => {
    const source = new Readable({ read() {} });
    capBytes(source, { maxBytes: 4 }).destroy();
    await new Promise((closed) => source.once('close', closed));
    expect(source.destroyed).toBe(true);
  });
});
