import { createHash } from 'node:crypto'
import type { PKPass } from 'passkit-generator'
import type { Json } from '../channel.ts'
import { signDetached } from './cms.ts'
import type { WalletKeys } from './credential.ts'

export const passMime = 'application/vnd.apple.pkpass'

export interface PassFiles {
  passJson: Record<string, Json>
  /** PNGs by their names without `.png`, such as `icon@2x`. */
  images: ReadonlyMap<string, Buffer>
}

/**
 * A signed pass as Wallet takes it. The library judges pass.json and writes the archive; manifest and signature are
 * ours, because its own signature is SHA-1 and takes tens of milliseconds of JavaScript. Throws for a pass.json
 * that Wallet would refuse.
 */
export async function signPass(
  keys: WalletKeys,
  { passJson, images }: PassFiles,
  now: Date,
): Promise<Buffer> {
  // Where nobody issues passes, nobody pays for it.
  const { PKPass } = await import('passkit-generator')
  const files: Record<string, Buffer> = { 'pass.json': Buffer.from(JSON.stringify(passJson)) }
  for (const [name, png] of images) files[`${name}.png`] = png
  refuseUnfit(PKPass, passJson)
  const manifest = Buffer.from(JSON.stringify(manifestOf(files)))
  const signer = { certificate: keys.certificate, key: keys.key, chain: [keys.wwdr] }
  const [archive] = PKPass.freezable(passMime)
  const all = { ...files, 'manifest.json': manifest, signature: signDetached(manifest, signer, now) }
  for (const [name, bytes] of Object.entries(all)) archive.addBuffer(name, bytes)
  return archive.getAsBuffer()
}

/** The library leaves out a pass.json that its schema does not know, and says why on standard error. */
function refuseUnfit(Judge: typeof PKPass, passJson: PassFiles['passJson']): void {
  // Its pattern for addresses does not know IPv6.
  const { webServiceURL: _, ...judged } = passJson
  const { props } = new Judge({ 'pass.json': Buffer.from(JSON.stringify(judged)) })
  if (!props.serialNumber || !props.description) throw new Error('This pass.json is none that Wallet takes.')
}

/** SHA-1 is what the format asks for here; what the signature rests on is its own digest of the manifest. */
function manifestOf(files: Record<string, Buffer>): Record<string, string> {
  const digests = Object.entries(files).map(([name, bytes]) => [
    name,
    createHash('sha1').update(bytes).digest('hex'),
  ])
  return Object.fromEntries(digests)
}
