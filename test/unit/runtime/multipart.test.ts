import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedForm, parseForm } from '#shared/runtime/multipart.ts';

const FORM = 'multipart/form-data; boundary=xyz';
const parse = (text: string) => parseForm(FORM, Buffer.from(text));
const disposition = (parameters: string) =>
  `--xyz\r\nContent-Disposition: form-data; ${parameters}\r\n\r\nv\r\n--xyz--\r\n`;

describe('parseForm', () => {
  it('reads what fetch writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[\w [\].-]{1,30}$/), fc.string({ unit: 'grapheme' }), {
          maxKeys: 20,
        }),
        fc.uint8Array(),
        async (fields, bytes) => {
          const sent = new FormData();
          for (const [name, value] of Object.entries(fields)) sent.append(name, value);
          sent.append('file', new Blob([bytes], { type: 'image/png' }), 'é “1”.png');
          const request = new Response(sent);
          const form = parseForm(
            request.headers.get('content-type') ?? '',
            Buffer.from(await request.arrayBuffer()),
          );
          const withCrLf = (text: string) => text.replaceAll(/\r\n|\r|\n/g, '\r\n'); // as forms are sent
          expect({ ...form.fields }).toEqual(
            Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, withCrLf(value)])),
          );
          const [file] = form.files;
          expect(file).toMatchObject({
            name: 'file',
            file: { filename: 'é “1”.png', contentType: 'image/png' },
          });
          expect(Buffer.from(file?.file.bytes ?? []).equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it('returns a form or throws MalformedForm for any bytes', () => {
    const piece = fc.constantFrom(
      ...[
        '--xyz',
        '--xyz--',
        '\r\n',
        '\r\n\r\n',
        ':',
        ';',
        '"',
        'Content-Disposition: form-data; name="',
        'a',
        '\\',
      ],
      ...['filename="', "filename*=UTF-8''%", '__proto__', '[]', '\xff', '\0'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          const { fields, files } = parseForm(FORM, Buffer.from(pieces.join(''), 'latin1'));
          expect(Object.getPrototypeOf(fields)).toBeNull();
          expect(Array.isArray(files)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedForm);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('returns the values of a repeated field as an array', () => {
    const form = disposition('name=a').replace('--xyz--\r\n', disposition('name="a"'));
    expect(parse(form).fields).toEqual(Object.assign(Object.create(null), { a: ['v', 'v'] }));
  });

  it.each([
    ['filename="a b.jpg"', 'a b.jpg'],
    ['filename="C:\\dir\\a.jpg"', 'a.jpg'],
    ['filename="../../etc/a.jpg"', 'a.jpg'],
    ['filename="a\\"b.jpg"', 'a"b.jpg'],
    ["filename*=UTF-8''%C3%A9.jpg", 'é.jpg'],
    ['filename=a.jpg', 'a.jpg'],
    ['filename=""', ''],
  ])('reads the file name of %s', (parameters, filename) => {
    expect(parse(disposition(`name="file"; ${parameters}`)).files).toMatchObject([
      { name: 'file', file: { filename } },
    ]);
  });

  it('ignores what precedes the first boundary and follows the last', () => {
    expect(parse(`preamble\r\n${disposition('name="a"')}epilogue --xyz`).fields.a).toBe('v');
  });
});
