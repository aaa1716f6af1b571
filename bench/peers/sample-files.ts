import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newAppleKey } from '../drivers/apple-key.ts'
import { sampleMessages } from '../drivers/sample-messages.ts'

/** The sample and a signing key as files, for senders that are not written for Node. */
export function writeSample(directory: string) {
  const { key, key_id: keyId, team_id: teamId } = newAppleKey()
  const [messages, keyFile] = [join(directory, 'messages.tsv'), join(directory, 'AuthKey.p8')]
  const lines = sampleMessages().map(({ token, id, title, body }) => [token, id, title, body].join('\t'))
  writeFileSync(messages, lines.join('\n'))
  writeFileSync(keyFile, key)
  return { messages, key: keyFile, keyId, teamId }
}
