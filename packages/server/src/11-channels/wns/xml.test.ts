import { expect, test } from 'vitest'
import { element, escapeXml } from './xml.ts'

test.each([
  ['<b>&"\'', '&lt;b&gt;&amp;&quot;&apos;'],
  ['a\tb\nc\rd', 'a&#9;b&#10;c&#13;d'],
  ['bell\u0007 null\u0000 vt\u000b', 'bell null vt'],
  ['half a pair \ud83d!', 'half a pair \ufffd!'],
  ['non-character \uffff', 'non-character '],
  ['Zoë 👍', 'Zoë 👍'],
  [']]>', ']]&gt;'],
])('escapes %j', (text, expected) => {
  expect(escapeXml(text)).toBe(expected)
})

test('writes attributes escaped, without the undefined ones', () => {
  expect(element('a', { x: '"1"', y: undefined, z: 0 })).toBe('<a x="&quot;1&quot;" z="0"/>')
})

test('writes children between the tags', () => {
  expect(element('a', {}, element('b', {}), escapeXml('&'))).toBe('<a><b/>&amp;</a>')
})
