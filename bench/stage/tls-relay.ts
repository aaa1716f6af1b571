import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'

/** Takes TLS off and passes on what is inside. Parameters: key, certificate, port to pass on to. */
const [keyFile = '', certificateFile = '', toPort = ''] = process.argv.slice(2)
const options = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) }
const server = createServer(options, (outside) => {
  const inside = connect({ port: Number(toPort), host: '127.0.0.1', noDelay: true })
  outside.setNoDelay(true)
  outside.pipe(inside).pipe(outside)
  outside.on('error', () => inside.destroy())
  inside.on('error', () => outside.destroy())
})
await once(server.listen(0, '127.0.0.1'), 'listening')
process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
