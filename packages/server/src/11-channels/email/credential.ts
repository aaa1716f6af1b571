import { createPrivateKey, type KeyObject } from 'node:crypto'
import { EmailCredential } from '@carillon/contract'
import type { ParsedCredential } from '../channel.ts'
import { credentialProblem, dots, readCredential } from '../credential-form.ts'
import { isDomain, parseMailbox } from './mailbox.ts'

/** Checks what can be known without calling the server. */
export async function parseEmailCredential(input: unknown): Promise<ParsedCredential<EmailCredential>> {
  const credential = readCredential(EmailCredential, input)
  const { host, security, user, password, from, reply_to, bounce_domain } = credential
  if (!/^[A-Za-z0-9.:_[\]-]+$/.test(host)) {
    throw credentialProblem('/host', 'Must be the name or address of a mail server.')
  }
  if ((user === undefined) !== (password === undefined)) {
    const missing = user === undefined ? '/user' : '/password'
    throw credentialProblem(missing, 'User and password go together.')
  }
  if (security === 'none' && password !== undefined) {
    throw credentialProblem('/security', 'The password would travel in the clear: take starttls or tls.')
  }
  if (!parseMailbox(from)) throw credentialProblem('/from', 'Must be an address, or Name <address>.')
  if (reply_to !== undefined && !parseMailbox(reply_to)) {
    throw credentialProblem('/reply_to', 'Must be an address, or Name <address>.')
  }
  if (bounce_domain !== undefined && !isDomain(bounce_domain)) {
    throw credentialProblem('/bounce_domain', 'Must be a domain, such as bounces.example.com.')
  }
  if (credential.dkim) checkDkim(credential.dkim)
  return { credential, expiresAt: null }
}

/** RFC 8301: RSA keys below 1,024 bits are not to be used, and verifiers refuse them. */
const fewestKeyBits = 1024

function checkDkim({ domain, selector, private_key }: NonNullable<EmailCredential['dkim']>): void {
  if (!isDomain(domain)) throw credentialProblem('/dkim/domain', 'Must be the domain of the sender.')
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(selector)) {
    throw credentialProblem('/dkim/selector', 'Must be the name before ._domainkey in DNS.')
  }
  const key = readKey(private_key)
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0
  if (key?.asymmetricKeyType !== 'rsa' || bits < fewestKeyBits) {
    throw credentialProblem('/dkim/private_key', 'Must be an RSA private key of 1,024 bits or more, as PEM.')
  }
}

function readKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem)
  } catch {
    return null
  }
}

/** What may be shown. */
export function maskEmailCredential(credential: EmailCredential): Record<string, string | number | null> {
  const { host, port, security, user, password, from, reply_to, dkim, bounce_domain } = credential
  return {
    host,
    port,
    security,
    user: user ?? null,
    password: password === undefined ? null : dots,
    from,
    reply_to: reply_to ?? null,
    dkim: dkim ? `${dkim.selector}._domainkey.${dkim.domain}` : null,
    bounce_domain: bounce_domain ?? null,
  }
}
