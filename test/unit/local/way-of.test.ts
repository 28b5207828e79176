import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../infra/local/log-lines.ts';
import { wayOf } from '../../../infra/local/way-of.ts';

const at = (second: number) => `2026-11-01T10:00:0${second}.000Z`;
const line = (second: number, more: object) => ({ timestamp: at(second), message: 'step', ...more });

describe('the way of an upload', () => {
  it('goes from its request over its image to the delivery, in order', () => {
    const lines = [
      line(5, { step: 'attempt-delivery', delivery_id: 'dlv_1', status: 'ok', ms: 12 }),
      line(1, { message: 'request', operation: 'requestUpload', correlation_id: 'mine', status: 201 }),
      line(2, { step: 'validate-image', image_id: 'img_1', status: 'ok' }),
      line(3, { step: 'gpu-worker', image_id: 'img_1', correlation_id: 'mine', status: 'embedded' }),
      line(4, { message: 'delivery made', image_id: 'img_1', correlation_id: 'mine', delivery_id: 'dlv_1' }),
      line(4, { step: 'gpu-worker', image_id: 'img_2', correlation_id: 'other' }),
      { timestamp: at(4), image_id: 'img_1', batch_size: 1 }, // a metric
    ];
    expect(wayOf('mine', lines).map(({ where, status }) => `${where} ${status}`)).toEqual([
      'requestUpload 201',
      'validate-image ok',
      'gpu-worker embedded',
      ' ',
      'attempt-delivery ok',
    ]);
    expect(wayOf('img_1', lines)).toHaveLength(4);
    expect(wayOf('nobody', lines)).toEqual([]);
  });
});

it('reads JSON lines alone', () => {
  expect(parseLine('{"message":"step"}')).toEqual({ message: 'step' });
  expect(parseLine('START RequestId: 1')).toBeUndefined();
  expect(parseLine('{"cut":')).toBeUndefined();
});
