import { type SmppCredential, SmsCredential, type TwilioCredential } from '@carillon/contract'
import type { ParsedCredential } from '../channel.ts'
import { credentialProblem, dots, readCredential } from '../credential-form.ts'

/** E.164, a short code, or a name as networks outside North America show it. */
const sender = /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 _&.+-]{1,11})$/

/** Checks what the provider gave; whether it fits together only the provider can tell. */
export async function parseSmsCredential(input: unknown): Promise<ParsedCredential<SmsCredential>> {
  const credential = readCredential(SmsCredential, input)
  if (credential.provider === 'twilio') checkTwilio(credential)
  else checkSmpp(credential)
  return { credential, expiresAt: null }
}

function checkTwilio({ account_sid, auth_token, from, messaging_service_sid }: TwilioCredential): void {
  if (!/^AC[0-9a-f]{32}$/i.test(account_sid))
    throw credentialProblem('/account_sid', 'Must be AC and 32 hexadecimal digits.')
  if (!/^[0-9a-z]{16,64}$/i.test(auth_token))
    throw credentialProblem('/auth_token', 'Must be the auth token of the account: letters and digits.')
  if ((from === undefined) === (messaging_service_sid === undefined))
    throw credentialProblem('/from', 'Give either from or messaging_service_sid.')
  if (from !== undefined) checkSender(from)
  if (messaging_service_sid !== undefined && !/^MG[0-9a-f]{32}$/i.test(messaging_service_sid))
    throw credentialProblem('/messaging_service_sid', 'Must be MG and 32 hexadecimal digits.')
}

function checkSmpp({ host, system_id, password, system_type = '', from }: SmppCredential): void {
  if (!/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+)$/i.test(host))
    throw credentialProblem('/host', 'Must be a host name or an address, without a scheme and port.')
  // C-octet strings: ASCII, ended by a NUL.
  for (const [name, value] of Object.entries({ system_id, password, system_type })) {
    if (!/^[\x20-\x7e]*$/.test(value))
      throw credentialProblem(`/${name}`, 'Must be visible ASCII characters.')
  }
  checkSender(from)
}

function checkSender(from: string): void {
  if (sender.test(from)) return
  throw credentialProblem(
    '/from',
    'Must be a number such as +4366012345, a short code, or a name of up to 11 letters and digits.',
  )
}

/** What may be shown. */
export function maskSmsCredential(
  credential: SmsCredential,
): Record<string, string | number | boolean | null> {
  if (credential.provider === 'twilio') {
    const { auth_token, ...shown } = credential
    return { ...shown, auth_token: dots + auth_token.slice(-4) }
  }
  // Eight characters at most: four would be half of it.
  return { ...credential, tls: credential.tls ?? false, password: dots }
}
