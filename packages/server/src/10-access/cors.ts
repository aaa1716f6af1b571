import { type CorsDomain, parseCorsDomain } from '@carillon/contract'

/**
 * Whether a page of this origin may call. A wildcard stands for one or more whole labels, so `*.google.com` is
 * neither `google.com` nor `evilgoogle.com`. The opaque origin `null`, which anybody can take on (WHATWG HTML,
 * section 7.1.1), is only let in where everybody is.
 */
export function allowsOrigin(domains: readonly CorsDomain[], origin: string): boolean {
  if (origin === 'null') return domains.some(({ host }) => host === null)
  const page = parseCorsDomain(origin)
  if (!page?.host || !page.scheme || page.isWildcard) return false
  const from = { host: page.host, scheme: page.scheme, port: page.port ?? defaultPorts[page.scheme] }
  return domains.some(
    (domain) =>
      domain.host === null ||
      (fits(domain.scheme, from.scheme) && fits(domain.port, from.port) && hasHost(domain, from.host)),
  )
}

const defaultPorts: Record<string, number> = { http: 80, https: 443 }

/** What an entry does not name, it does not ask for. */
function fits<T>(wanted: T | null, actual: T | undefined): boolean {
  return wanted === null || wanted === actual
}

function hasHost({ host, isWildcard }: CorsDomain, actual: string): boolean {
  return isWildcard ? actual.endsWith(`.${host}`) : actual === host
}
