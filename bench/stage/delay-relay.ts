import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A long line: passes bytes on half a round trip later, each way. Parameters: port to pass on to, round trip in ms. */
const [toPort = '', roundTripMs = ''] = process.argv.slice(2)
const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ port: Number(toPort), host: '127.0.0.1', noDelay: true })
  passOn(near, far)
  passOn(far, near)
})
await once(server.listen(0, '127.0.0.1'), 'listening')
process.stdout.write(`${(server.address() as AddressInfo).port}\n`)

/** Timers of equal length fire in the order in which they were set, so bytes stay in order. */
function passOn(from: Socket, to: Socket): void {
  const later = (action: () => void) => setTimeout(action, Number(roundTripMs) / 2)
  from.on('data', (chunk) => later(() => to.write(chunk)))
  from.on('end', () => later(() => to.end()))
  from.on('error', () => to.destroy())
}
