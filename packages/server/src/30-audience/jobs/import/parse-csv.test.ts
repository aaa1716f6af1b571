import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCsv } from './parse-csv.ts'

const read = (text: string) =>
  [...parseCsv(text)].map((record) => ('fields' in record ? record.fields : record))

test('reads quotes, doubled quotes, and line ends and delimiters inside quotes', () => {
  expect(read('a,b\r\n"x, ""y""\nz",2\r\n')).toEqual([
    ['a', 'b'],
    ['x, "y"\nz', '2'],
  ])
})

test('takes any line end, a byte order mark, blank lines and a missing last line end', () => {
  expect(read('\uFEFFa,b\n\n1,2\r3,4\r\n\r\n5,')).toEqual([
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
    ['5', ''],
  ])
})

test('takes semicolons or tabs when the header has them', () => {
  expect(read('a;"b,c,d";e\n1;2,5;3')).toEqual([
    ['a', 'b,c,d', 'e'],
    ['1', '2,5', '3'],
  ])
  expect(read('a\tb\n1\t2')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ])
})

test('says where the text stops being CSV', () => {
  expect(read('a,b\n1,"open')).toEqual([['a', 'b'], { malformed: 'a quote is never closed' }])
  expect(read('a\n"x"y\nz')).toEqual([['a'], { malformed: 'a closing quote is followed by more text' }])
})

test('gives back whatever was written with every field in quotes', () => {
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) =>
      fc.array(fc.array(fc.string(), { minLength: width, maxLength: width }), { minLength: 1 }),
    )
  fc.assert(
    fc.property(table, (rows) => {
      const text = rows
        .map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(','))
        .join('\n')
      expect(read(text)).toEqual(rows)
    }),
  )
})
