/** RFC 7541, appendix C.3 to C.6: each example is a run of blocks on one connection. */

export type Header = readonly [name: string, value: string]

export interface Example {
  section: string
  maxTableSize: number
  huffman: boolean
  steps: readonly {
    headers: readonly Header[]
    block: string
    /** The dynamic table afterwards, newest first. */
    table: readonly Header[]
    tableBytes: number
  }[]
}

const request: Header[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':path', '/'],
  [':authority', 'www.example.com'],
]
const noCache: Header = ['cache-control', 'no-cache']
const custom: Header = ['custom-key', 'custom-value']
const requests: Header[][] = [
  request,
  [...request, noCache],
  [[':method', 'GET'], [':scheme', 'https'], [':path', '/index.html'], request[3] as Header, custom],
]
const requestTables: Header[][] = [
  [request[3] as Header],
  [noCache, request[3] as Header],
  [custom, noCache, request[3] as Header],
]
const requestTableBytes = [57, 110, 164]

const date21: Header = ['date', 'Mon, 21 Oct 2013 20:13:21 GMT']
const date22: Header = ['date', 'Mon, 21 Oct 2013 20:13:22 GMT']
const isPrivate: Header = ['cache-control', 'private']
const location: Header = ['location', 'https://www.example.com']
const gzip: Header = ['content-encoding', 'gzip']
const cookie: Header = ['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1']
const responses: Header[][] = [
  [[':status', '302'], isPrivate, date21, location],
  [[':status', '307'], isPrivate, date21, location],
  [[':status', '200'], isPrivate, date22, location, gzip, cookie],
]
const responseTables: Header[][] = [
  [location, date21, isPrivate, [':status', '302']],
  [[':status', '307'], location, date21, isPrivate],
  [cookie, gzip, date22],
]
const responseTableBytes = [222, 222, 215]

const requestSteps = (blocks: string[]) =>
  blocks.map((block, at) => ({
    block,
    headers: requests[at] as Header[],
    table: requestTables[at] as Header[],
    tableBytes: requestTableBytes[at] as number,
  }))

const responseSteps = (blocks: string[]) =>
  blocks.map((block, at) => ({
    block,
    headers: responses[at] as Header[],
    table: responseTables[at] as Header[],
    tableBytes: responseTableBytes[at] as number,
  }))

export const examples: Example[] = [
  {
    section: 'C.3',
    maxTableSize: 4096,
    huffman: false,
    steps: requestSteps([
      '828684410f7777772e6578616d706c652e636f6d',
      '828684be58086e6f2d6361636865',
      '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
    ]),
  },
  {
    section: 'C.4',
    maxTableSize: 4096,
    huffman: true,
    steps: requestSteps([
      '828684418cf1e3c2e5f23a6ba0ab90f4ff',
      '828684be5886a8eb10649cbf',
      '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
    ]),
  },
  {
    section: 'C.5',
    maxTableSize: 256,
    huffman: false,
    steps: responseSteps([
      '4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d',
      '4803333037c1c0bf',
      '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
    ]),
  },
  {
    section: 'C.6',
    maxTableSize: 256,
    huffman: true,
    steps: responseSteps([
      '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
      '4883640effc1c0bf',
      '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
    ]),
  },
]
