import { expect, test } from 'vitest'
import { gsm7Octets, splitSms } from './sms-segments.ts'

const sizes = (text: string) => {
  const { encoding, units, parts, left } = splitSms(text)
  return [encoding, units, parts.length, left]
}

test.each([
  ['nothing', '', ['gsm7', 0, 0, 160]],
  ['one character', 'a', ['gsm7', 1, 1, 159]],
  ['160 septets', 'x'.repeat(160), ['gsm7', 160, 1, 0]],
  ['161 septets', 'x'.repeat(161), ['gsm7', 161, 2, 145]],
  ['306 septets', 'x'.repeat(306), ['gsm7', 306, 2, 0]],
  ['307 septets', 'x'.repeat(307), ['gsm7', 307, 3, 152]],
  ['1,530 septets', 'x'.repeat(1530), ['gsm7', 1530, 10, 0]],
  ['an extension character counts twice', '€', ['gsm7', 2, 1, 158]],
  ['all ten extension characters', '\f^{}\\[~]|€', ['gsm7', 20, 1, 140]],
  ['80 euros fill one segment', '€'.repeat(80), ['gsm7', 160, 1, 0]],
  // 76 euros take 152 of 153: the 77th does not fit and is not cut.
  ['an escape is not cut from its character', '€'.repeat(81), ['gsm7', 162, 2, 143]],
  ['umlauts and Greek capitals of the alphabet', 'ÄÖÑÜ§äöñüàΔΦΓΛΩΠΨΣΘΞ', ['gsm7', 20, 1, 140]],
  ['70 units of UCS-2', 'ж'.repeat(70), ['ucs2', 70, 1, 0]],
  ['71 units of UCS-2', 'ж'.repeat(71), ['ucs2', 71, 2, 63]],
  ['134 units of UCS-2', 'ж'.repeat(134), ['ucs2', 134, 2, 0]],
  ['135 units of UCS-2', 'ж'.repeat(135), ['ucs2', 135, 3, 66]],
  ['one character outside makes all of it UCS-2', `${'x'.repeat(70)}…`, ['ucs2', 71, 2, 63]],
  ['an emoji is two units', '🔔'.repeat(35), ['ucs2', 70, 1, 0]],
  // 33 pairs take 66 of 67.
  ['a pair is not cut', '🔔'.repeat(36), ['ucs2', 72, 2, 61]],
  ['ç is not in the alphabet, Ç is', 'ç', ['ucs2', 1, 1, 69]],
  ['the escape itself is no character', '\u001b', ['ucs2', 1, 1, 69]],
])('counts %s', (_name, text, expected) => {
  expect(sizes(text)).toEqual(expected)
  expect(splitSms(text).parts.join('')).toBe(text)
})

test('never cuts a character, wherever the border falls', () => {
  for (let before = 60; before < 75; before++) {
    const { parts } = splitSms('ж'.repeat(before) + '🔔'.repeat(40))
    expect(parts.every((part) => part.isWellFormed())).toBe(true)
    expect(parts.every((part) => part.length <= 67)).toBe(true)
  }
  for (let before = 145; before < 160; before++) {
    const { parts } = splitSms('x'.repeat(before) + '{'.repeat(40))
    expect(parts.every((part) => gsm7Octets(part).length <= 153)).toBe(true)
    expect(parts.every((part) => gsm7Octets(part).at(-1) !== 0x1b)).toBe(true)
  }
})

test('counts characters as people do', () => {
  expect(splitSms('a🔔€').characters).toBe(3)
})

test('encodes one septet in each octet, extension characters behind an escape', () => {
  expect([...gsm7Octets('@a€\n')]).toEqual([0x00, 0x61, 0x1b, 0x65, 0x0a])
})
