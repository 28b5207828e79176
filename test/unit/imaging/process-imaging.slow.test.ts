import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { processImaging } from '#shared/imaging/process-imaging.ts';
import { grid } from '../../fixtures/heic.ts';
import { photograph } from '../../fixtures/photographs.ts';
import { readerProcesses } from '../../fixtures/reader-processes.ts';
import { flatJpeg, scans } from '../../hostile/build/jpeg.ts';

const photo = photograph('nagasaki-boats');
const other = photograph('dust-bowl-home');
/** Takes seconds to decode. */
const slow = scans(12, 9900, 10_000);
const left = { x: 0, y: 0, width: 0.5, height: 1 };
const { width: photoWidth } = await sharp(photo).metadata();

/** The processes that a test started. */
const known = new Set(readerProcesses().map(({ pid }) => pid));
const started = () => readerProcesses().filter(({ pid }) => !known.has(pid));
afterEach(() => {
  for (const { pid } of started()) known.add(pid);
});

/** Returns 0 for a process that has ended. */
function residentMb(pid: number): number {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096) / 1024 ** 2;
  } catch {
    return 0;
  }
}

describe('an image that is read in a process of its own', () => {
  it('is refused at its deadline, and the next one is read', async () => {
    const imaging = processImaging({ seconds: 0.5 });
    const before = performance.now();
    await expect(imaging.read(slow)).rejects.toMatchObject({
      code: 'reading_limit_exceeded',
      message: expect.stringMatching(/longer than 0\.5 s to read\. Send a smaller copy/),
      retryable: false,
    });
    expect(performance.now() - before).toBeLessThan(10_000);
    await expect(imaging.read(photo)).resolves.toMatchObject({ format: 'jpeg' });
  });

  it('is refused at its deadline: a HEIC of 47 megapixels, whose decoder no timer can interrupt', async () => {
    const imaging = processImaging({ seconds: 1 });
    const before = performance.now();
    await expect(imaging.read(grid(12, 15))).rejects.toMatchObject({ code: 'reading_limit_exceeded' });
    expect(performance.now() - before).toBeLessThan(5_000);
    await expect(imaging.read(grid(12, 16))).rejects.toMatchObject({
      code: 'too_many_pixels', // what its decoder would hold is known by its header
      message: expect.stringContaining('Send a smaller copy'),
    });
    await expect(imaging.read(photo)).resolves.toMatchObject({ format: 'jpeg' });
  });

  it('is refused above its memory, and the next one is read', async () => {
    const imaging = processImaging({ seconds: 20, memoryMb: 250 });
    await expect(imaging.read(flatJpeg(9900, 10_000))).rejects.toMatchObject({
      code: 'reading_limit_exceeded',
      message: expect.stringMatching(/more than 250 MB of memory to read\. Send a smaller copy/),
    });
    await expect(imaging.read(photo)).resolves.toMatchObject({ format: 'jpeg' });
  });

  it('is refused if it breaks its process twice, and the next one is read', async () => {
    const imaging = processImaging({ seconds: 20 });
    await imaging.read(photo);
    // Only a process that decodes the large image holds that much.
    const breaking = setInterval(() => {
      for (const { pid } of started()) if (residentMb(pid) > 200) process.kill(pid, 'SIGSEGV');
    }, 10);
    await expect(imaging.read(slow)).rejects.toMatchObject({
      code: 'unreadable_image',
      message: 'The decoder broke off: the image is damaged.',
    });
    clearInterval(breaking);
    await expect(imaging.read(photo)).resolves.toMatchObject({ format: 'jpeg' });
  });

  it('waits for the ones before, without losing its time', async () => {
    const imaging = processImaging({ seconds: 3 });
    const [first, second, ...rest] = await Promise.allSettled([
      imaging.read(slow),
      imaging.read(photo),
      imaging.read(Buffer.alloc(0)),
      imaging.read(other),
    ]);
    expect(first.status).toBe('rejected');
    expect(second).toMatchObject({ value: { width: photoWidth } });
    expect(rest).toMatchObject([
      { reason: { code: 'unreadable_image', message: 'The file is empty.' } },
      { value: { format: 'jpeg' } },
    ]);
  });

  it('has regions after another image was read, and after its process was ended', async () => {
    const imaging = processImaging({ seconds: 20 });
    const image = await imaging.read(photo);
    const expected = await image.part(left);
    await imaging.read(other);
    expect(await image.part(left)).toMatchObject({ pixelHash: expected.pixelHash });
    for (const { pid } of started()) process.kill(pid, 'SIGKILL');
    expect(await (await image.part(left)).part(left)).toMatchObject({
      width: Math.round(expected.width / 2),
      height: expected.height,
    });
  });

  it('is read without the environment of the service, where its credentials are', async () => {
    await processImaging({ seconds: 20 }).read(photo);
    const names = started().flatMap(({ environment }) =>
      environment.split('\0').map((variable) => variable.split('=', 1)[0]),
    );
    expect(new Set(names)).toEqual(
      new Set(['LD_LIBRARY_PATH', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', '']),
    );
  });
});
