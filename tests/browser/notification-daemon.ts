import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import dbus, { type Message, type MessageBus } from 'dbus-next'

/** A notification as a desktop gets it. Chromium numbers the buttons, Firefox suffixes them. */
export interface DesktopNotification {
  id: number
  summary: string
  body: string
  /** Key and label in turn; `default` is the notification itself. */
  actions: string[]
}

export interface NotificationDaemon extends AsyncDisposable {
  /** For the browser's DBUS_SESSION_BUS_ADDRESS. */
  busAddress: string
  /** What is on the screen, oldest first. */
  shown: DesktopNotification[]
  click: (notification: DesktopNotification, label?: string) => void
  dismiss: (notification: DesktopNotification) => void
}

const name = 'org.freedesktop.Notifications'
const path = '/org/freedesktop/Notifications'
/** NotificationClosed reasons of the Desktop Notifications Specification. */
const dismissedByUser = 2
const closedByCall = 3

/** A desktop for a headless browser: a session bus, and on it the service that shows notifications. */
export async function startNotificationDaemon(): Promise<NotificationDaemon> {
  await using stack = new AsyncDisposableStack()
  const busAddress = await startBus(stack)
  const bus = dbus.sessionBus({ busAddress })
  stack.defer(() => bus.disconnect())
  const screen = showOnBus(bus)
  await bus.requestName(name, 0)
  const running = stack.move()
  return { ...screen, busAddress, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** A bus that starts no services of its own, so that nothing outlives it. */
async function startBus(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'carillon-bus-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const config = join(folder, 'bus.conf')
  await writeFile(
    config,
    `<busconfig><type>session</type><listen>unix:path=${join(folder, 'bus')}</listen><policy context="default">
      <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
  )
  const daemon = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  stack.defer(async () => {
    daemon.kill()
    await once(daemon, 'exit')
  })
  const [address] = await once(createInterface({ input: daemon.stdout }), 'line')
  return address
}

type Screen = Pick<NotificationDaemon, 'shown' | 'click' | 'dismiss'>

/** https://specifications.freedesktop.org/notification-spec/latest/protocol.html */
function showOnBus(bus: MessageBus): Screen {
  const shown: DesktopNotification[] = []
  let lastId = 0

  bus.addMethodHandler((message: Message) => {
    if (message.interface !== name) return false
    const [signature, body] = answerTo(message)
    bus.send(dbus.Message.newMethodReturn(message, signature, body))
    return true
  })

  function answerTo({ member, body }: Message): [signature: string, body: unknown[]] {
    switch (member) {
      case 'Notify':
        return ['u', [notify(body)]]
      case 'GetCapabilities':
        return ['as', [['actions', 'body']]]
      case 'GetServerInformation':
        return ['ssss', ['carillon-tests', 'carillon', '1', '1.2']]
      case 'CloseNotification':
        close(body[0], closedByCall)
        return ['', []]
      default:
        return ['', []]
    }
  }

  function notify([_app, replaces, _icon, summary, body, actions]: unknown[]): number {
    const id = Number(replaces) || ++lastId
    remove(id)
    shown.push({ id, summary, body, actions } as DesktopNotification)
    return id
  }

  function close(id: number, reason: number): void {
    remove(id)
    signal('NotificationClosed', 'uu', [id, reason])
  }

  function remove(id: number): void {
    const index = shown.findIndex((notification) => notification.id === id)
    if (index >= 0) shown.splice(index, 1)
  }

  function signal(member: string, signature: string, body: unknown[]): void {
    bus.send(dbus.Message.newSignal(path, name, member, signature, body))
  }

  return {
    shown,
    click: ({ id, actions }, label) => {
      const key = label === undefined ? 'default' : actions[actions.indexOf(label) - 1]
      if (key === undefined) throw new Error(`It has no button “${label}”: ${actions.join(', ')}`)
      signal('ActionInvoked', 'us', [id, key])
      close(id, dismissedByUser)
    },
    dismiss: ({ id }) => close(id, dismissedByUser),
  }
}
