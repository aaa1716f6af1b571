import { expect, test } from 'vitest'
import { kindOfText } from './keywords.ts'

test.each([
  ...[
    'STOP',
    'STOPALL',
    'STOP ALL',
    'UNSUBSCRIBE',
    'CANCEL',
    'END',
    'QUIT',
    'REVOKE',
    'OPTOUT',
    'OPT-OUT',
    'REMOVE',
  ],
  ...['ARRET', 'TD', 'stop', ' Stop. ', '“Stop!”', 'ARRÊT', 'stop\n', 'Stop  all', '*STOP*', 'ｓｔｏｐ'],
])('%j is a stop', (text) => {
  expect(kindOfText(text)).toBe('stop')
})

test.each(['START', 'unstop', 'Yes!', 'Subscribe'])('%j is a start', (text) => {
  expect(kindOfText(text)).toBe('start')
})

test.each(['help', 'HELP?', 'Info'])('%j asks for help', (text) => {
  expect(kindOfText(text)).toBe('help')
})

test.each([
  '',
  'please stop texting me',
  'STOP IT',
  'nonstop',
  'S T O P',
  'end of story',
  'yes please',
  '🛑',
])('%j is for people to read', (text) => {
  expect(kindOfText(text)).toBe('other')
})
