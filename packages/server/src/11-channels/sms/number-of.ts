/** SMPP 3.4, sections 5.2.5 and 5.2.6: what kind of address, and by which plan it is made. */
export interface SmppAddress {
  ton: number
  npi: number
  address: string
}

/** A name, an international number (without its plus) or a short code. */
export function smppAddressOf(sender: string): SmppAddress {
  if (/[A-Za-z]/.test(sender)) return { ton: 5, npi: 0, address: sender }
  const digits = sender.replace(/^\+/, '')
  return sender.startsWith('+') || digits.length > 8
    ? { ton: 1, npi: 1, address: digits }
    : { ton: 3, npi: 0, address: digits }
}

/** The number as it is kept: `+` and digits where it is international, else as it came. */
export function numberOf(address: string): string {
  const text = address.trim()
  const digits = text.replace(/^(\+|00)/, '')
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : text
}
