import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../cli/src/output/csv.ts';
import { safeJson, sanitise } from '../../../cli/src/output/sanitise.ts';
import { shorten, stringWidth } from '../../../cli/src/output/string-width.ts';
import { columnWidths, tableLines } from '../../../cli/src/output/table.ts';
import { formatBytes, formatDuration } from '../../../cli/src/output/units.ts';

describe('the width of a text', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['é', 1],
    ['👩‍👩‍👧', 2],
    ['한국.jpg', 8],
    ['', 0],
  ])('%s is %i columns wide', (text, width) => {
    expect(stringWidth(text)).toBe(width);
  });

  it('a shortened text is never wider than its room', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, room) => {
        expect(stringWidth(shorten(sanitise(text), room))).toBeLessThanOrEqual(room);
      }),
    );
  });
});

describe('sanitising', () => {
  it('shows what a terminal would obey', () => {
    expect(sanitise('a\u001b[2Jb\u202egpj.exe\u009b')).toBe('a\\u001b[2Jb\\u202egpj.exe\\u009b');
  });

  it('leaves no control character, and JSON as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = safeJson(value);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('a table', () => {
  const columns = [
    { name: 'id', of: ({ id }: { id: string }) => id },
    { name: 'name', of: ({ name }: { id: string; name?: string }) => name, shrinks: true as const },
  ];

  it('fits into the terminal, and keeps ids whole', () => {
    const rows = [{ id: 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1', name: `${'ordner/'.repeat(20)}bild.jpg` }];
    const lines = tableLines(rows, columns, { columns: 80, colour: false });
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/^img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1 {2}….*bild\.jpg$/);
  });

  it('is bold at its head, in colour alone', () => {
    const style = { columns: 80, colour: true };
    expect(tableLines([{ id: 'a' }], columns, style)[0]).toContain('\u001b[1m');
    expect(tableLines([{ id: 'a' }], columns, { ...style, colour: false })[0]).not.toContain('\u001b');
  });

  it('gives no column less than it needs to be read', () => {
    expect(
      columnWidths(
        [
          { width: 60, shrinks: true },
          { width: 26, shrinks: false },
        ],
        20,
      ),
    ).toEqual([8, 26]);
  });
});

describe('CSV', () => {
  it('quotes what has commas, quotes and line ends', () => {
    expect(csvLine(['a,b', 'say "hi"', 'two\nlines', 1, undefined])).toBe(
      '"a,b","say ""hi""","two\nlines",1,',
    );
  });

  it('has nothing that a spreadsheet runs', () => {
    expect(csvLine(['=HYPERLINK("x")', '-1.5', '+a', '@b'])).toBe(`"'=HYPERLINK(""x"")",-1.5,'+a,'@b`);
  });
});

it('writes sizes and durations for people', () => {
  expect([0, 999, 1500, 123_456_789].map(formatBytes)).toEqual(['0 B', '999 B', '1.5 kB', '123 MB']);
  expect([0.2, 59, 125, 7500, Number.POSITIVE_INFINITY].map(formatDuration)).toEqual([
    '1 s',
    '59 s',
    '2 min',
    '2 h 5 min',
    '–',
  ]);
});
