import { describe, expect, it } from 'vitest'
import { findAll, readXml } from './xml.ts'

describe('a well-formed document is read', () => {
  it('with declaration, comment, CDATA, entities and both quotes', () => {
    const source = `<?xml version="1.0"?><!-- hi --><a x='1 "2"' y="&lt;&#65;&#x42;"><b/>t&amp;u<![CDATA[<&>]]></a>\n`
    expect(readXml(source)).toEqual({
      name: 'a',
      attributes: { x: '1 "2"', y: '<AB' },
      children: [{ name: 'b', attributes: {}, children: [], text: '' }],
      text: 't&u<&>',
    })
  })

  it('and searched in document order', () => {
    const root = readXml('<r><t>1</t><g><t>2</t></g><t>3</t></r>')
    expect(root && findAll(root, 't').map(({ text }) => text)).toEqual(['1', '2', '3'])
  })
})

describe('anything else is not', () => {
  it.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a/>text',
    '<a x=1/>',
    '<a x="1" x="2"/>',
    '<a x="<"/>',
    '<a>&nbsp;</a>',
    '<a>&</a>',
    '<a><!-- -- --></a>',
    '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    '< a/>',
  ])('%s', (source) => {
    expect(readXml(source)).toBeUndefined()
  })
})
