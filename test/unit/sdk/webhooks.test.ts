import { randomBytes } from 'node:crypto';
import { unwrap, WebhookError, type WebhookEvent } from '@deeplens/sdk/webhooks';
import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import { signedHeaders } from '#shared/webhooks/sign-message.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const options = { now: NOW };
const secretOf = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
const SECRET = secretOf(new Uint8Array(24).fill(7));
const message = (data: object = {}) => ({
  id: 'evt_1',
  type: 'images.indexed' as const,
  body: JSON.stringify({ type: 'images.indexed', timestamp: NOW.toISOString(), data }),
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof WebhookError ? error.code : error),
  );

describe('a webhook’s message', () => {
  test('that the service signed is unwrapped', async () => {
    const sent = message({ image_id: 'img_1', models: [], indexed_at: NOW.toISOString() });
    const event = await unwrap(sent.body, signedHeaders(sent, [SECRET], NOW), SECRET, options);
    expect(event).toMatchObject({ id: 'evt_1', type: 'images.indexed', replayed: false, test: false });
    if (!event.test && event.type === 'images.indexed') {
      expectTypeOf(event.data.image_id).toEqualTypeOf<string>();
      expect(event.data.image_id).toBe('img_1');
    }
    expectTypeOf<WebhookEvent['id']>().toEqualTypeOf<string>();
  });

  test('is unwrapped from bytes, any form of headers, and during a rotation', async () => {
    const sent = message();
    const other = secretOf(new Uint8Array(32).fill(9));
    const headers = signedHeaders(sent, [other, SECRET], NOW, true);
    const bytes = new TextEncoder().encode(sent.body);
    const asNode = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
    );
    for (const form of [headers, new Headers(headers), asNode])
      expect(await unwrap(bytes, form, SECRET, options)).toMatchObject({ replayed: true });
    expect(await unwrap(bytes, signedHeaders(sent, [SECRET], NOW), [other, SECRET], options)).toMatchObject({
      id: 'evt_1',
    });
  });

  test('that is a sample says so', async () => {
    const sent = message({ test: true, webhook_id: 'wh_1' });
    const event = await unwrap(sent.body, signedHeaders(sent, [SECRET], NOW), SECRET, options);
    expect(event.test && event.data.webhook_id).toBe('wh_1');
  });

  test('is refused with its reason', async () => {
    const sent = message();
    const headers = signedHeaders(sent, [SECRET], NOW);
    const refused = (changed: object, body = sent.body, secret = SECRET) =>
      codeOf(unwrap(body, { ...headers, ...changed }, secret, options));
    expect(await refused({ 'webhook-id': undefined })).toBe('missing_header');
    expect(await refused({ 'webhook-timestamp': 'soon' })).toBe('invalid_timestamp');
    expect(await refused({ 'webhook-timestamp': String(NOW.getTime() / 1000 - 301) })).toBe('stale');
    expect(await refused({ 'webhook-timestamp': String(NOW.getTime() / 1000 + 301) })).toBe('stale');
    expect(await refused({ 'webhook-timestamp': String(NOW.getTime() / 1000 - 1) })).toBe('bad_signature');
    expect(await refused({ 'webhook-id': 'evt_2' })).toBe('bad_signature');
    expect(await refused({}, `${sent.body} `)).toBe('bad_signature');
    expect(await refused({ 'webhook-signature': 'v1,%%% v2,AAAA v1' })).toBe('bad_signature');
    expect(await refused({}, sent.body, secretOf(new Uint8Array(24).fill(8)))).toBe('bad_signature');
    expect(await refused({}, sent.body, 'whsec_%')).toBe('invalid_secret');
    const text = { ...sent, body: 'no JSON' };
    expect(await codeOf(unwrap(text.body, signedHeaders(text, [SECRET], NOW), SECRET, options))).toBe(
      'invalid_body',
    );
  });

  const bodies = fc.oneof(
    fc.json(),
    fc
      .string({ unit: 'binary' })
      .map((text) => JSON.stringify({ type: 'x', data: { text: text.toWellFormed() } })),
    fc.constantFrom('{"a":\r\n1}', '{"é":"\u{1F600}"}', '\uFEFF{}'),
  );

  test('is accepted exactly if standardwebhooks accepts it', async () => {
    // Theirs takes the time from the clock; one that stands still is the same for both.
    vi.useFakeTimers({ now: NOW.getTime() + 700, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await fc.assert(
      fc.asyncProperty(
        bodies,
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.boolean(),
        fc.oneof(fc.integer({ min: -400, max: 400 }), fc.constantFrom(-301, -300, 300, 301)),
        async (body, key, tampered, ageS) => {
          const secret = secretOf(key);
          const at = new Date(Date.now() + ageS * 1000);
          const signature = new Webhook(secret).sign('evt_1', at, body);
          const headers = {
            'webhook-id': 'evt_1',
            'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
            'webhook-signature': signature,
          };
          const received = tampered ? `${body} ` : body;
          const theirs = (() => {
            try {
              new Webhook(secret).verify(received, headers);
              return true;
            } catch (error) {
              return !(error instanceof WebhookVerificationError); // the signature is right, the body no JSON
            }
          })();
          const ours = await codeOf(unwrap(received, headers, secret));
          // Theirs parses any JSON, ours a message.
          expect(ours === 'accepted' || ours === 'invalid_body').toBe(theirs);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('of random signatures is never accepted', async () => {
    const { body } = message();
    for (let i = 0; i < 50; i += 1) {
      const headers = {
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(NOW.getTime() / 1000),
        'webhook-signature': `v1,${randomBytes(32).toString('base64')}`,
      };
      expect(await codeOf(unwrap(body, headers, SECRET, options))).toBe('bad_signature');
    }
  });
});
