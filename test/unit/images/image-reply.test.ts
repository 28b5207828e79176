import { expect, it } from 'vitest';
import { ImageReply } from '#shared/contracts/http/images.ts';
import { ImageRecord } from '#shared/images/image-record.ts';
import { imageReply } from '#shared/images/image-reply.ts';
import { announcedImage } from '../../fixtures/image-record.ts';

it('shows no field of a record that the API does not document', () => {
  const everyField = Object.fromEntries(Object.keys(ImageRecord.shape).map((name) => [name, name]));
  const shown = Object.keys(imageReply({ ...everyField, ...announcedImage() }, 'https://api.example.com'));
  expect(shown.filter((name) => !(name in ImageReply.shape))).toEqual([]);
});
