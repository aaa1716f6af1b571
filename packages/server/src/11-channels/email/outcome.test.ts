import { expect, test } from 'vitest'
import { type SmtpFailure, verdictOfAcceptance, verdictOfFailure } from './outcome.ts'

const reply = (response: string, command = 'RCPT TO', code = 'EENVELOPE'): SmtpFailure => ({
  message: `failed: ${response}`,
  code,
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
})

test.each([
  ['550 5.1.1 No such user', 'token_dead', '5.1.1'],
  ['551 5.1.6 Moved', 'token_dead', '5.1.6'],
  ['553 5.1.1 Bad mailbox', 'token_dead', '5.1.1'],
  ['550 5.1.10 Null MX', 'token_dead', '5.1.10'],
  ['550-5.1.1 The account does not exist\n550 5.1.1 see https://example.com', 'token_dead', '5.1.1'],
  ['552 5.2.2 Full', 'retry', '5.2.2'],
  ['452 4.2.2 Full', 'retry', '4.2.2'],
  ['421 4.7.0 Busy', 'retry', '4.7.0'],
  ['450 4.2.0 Greylisted', 'retry', '4.2.0'],
  ['451 4.3.0 Local error', 'retry', '4.3.0'],
  ['550 5.7.1 Policy', 'message_bad', '5.7.1'],
  ['550 5.7.26 Unauthenticated sender', 'message_bad', '5.7.26'],
  ['554 Refused', 'message_bad', 'smtp_554'],
  ['550 No such user here', 'message_bad', 'smtp_550'],
  ['550 5.2.1 Disabled', 'message_bad', '5.2.1'],
  ['552 5.3.4 Too large', 'message_bad', '5.3.4'],
  ['530 5.7.0 Authentication required', 'auth_broken', '5.7.0'],
] as const)('a recipient answered with %j is %s', (response, verdictClass, code) => {
  expect(verdictOfFailure(reply(response))).toMatchObject({ class: verdictClass, code })
})

test('an address dies of what is said of it, never of what is said of the content or the sender', () => {
  for (const command of ['MAIL FROM', 'DATA', 'CONN'])
    expect(verdictOfFailure(reply('550 5.1.1 No such user', command)).class).not.toBe('token_dead')
  for (let number = 0; number < 80; number++)
    for (const subject of [2, 3, 4, 5, 6, 7])
      expect(verdictOfFailure(reply(`550 5.${subject}.${number} No`)).class).not.toBe('token_dead')
})

test('a sender that is refused is refused for every email', () => {
  expect(verdictOfFailure(reply('550 5.7.1 Not your domain', 'MAIL FROM')).class).toBe('auth_broken')
  expect(verdictOfFailure(reply('535 5.7.8 Wrong password', 'AUTH PLAIN', 'EAUTH')).class).toBe('auth_broken')
  expect(verdictOfFailure(reply('454 4.7.0 Try later', 'AUTH PLAIN', 'EAUTH')).class).toBe('retry')
})

test('a server that offers no encryption where it must is no server for this credential', () => {
  const failure = { message: 'no STARTTLS', code: 'ETLS', command: 'STARTTLS' }
  expect(verdictOfFailure(failure).class).toBe('auth_broken')
})

test('what was cut after it was connected may have arrived', () => {
  const cut = { message: 'closed', code: 'ECONNECTION', command: 'CONN' }
  expect(verdictOfFailure(cut)).toMatchObject({ class: 'unknown_outcome', status: null })
  const slow = { message: 'Timeout', code: 'ETIMEDOUT', originalCode: 'SOCKET_TIMEOUT', command: 'CONN' }
  expect(verdictOfFailure(slow).class).toBe('unknown_outcome')
  const refused = { message: 'refused', code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }
  expect(verdictOfFailure(refused).class).toBe('retry')
})

test('the name that the server gave is kept, or ours where it gave none', () => {
  expect(verdictOfAcceptance('250 2.0.0 Ok: queued as 4F1B2C', '<a@b.example>').providerId).toBe('4F1B2C')
  expect(verdictOfAcceptance('250 Accepted', '<a@b.example>').providerId).toBe('<a@b.example>')
})
