import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import dbus, { type Message as MessageType } from 'dbus-next'

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
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [busAddress] = (await once(createInterface({ input: daemon.stdout }), 'line')) as [string]
  const bus = dbus.sessionBus({ busAddress })
  const shown: DesktopNotification[] = []
  let lastId = 0

  function remove(id: number): void {
    const index = shown.findIndex((notification) => notification.id === id)
    if (index >= 0) shown.splice(index, 1)
  }

  function notify([_app, replaces, _icon, summary, body, actions]: [string, number, ...string[]]) {
    const id = replaces || ++lastId
    remove(id)
    shown.push({ id, summary, body, actions } as unknown as DesktopNotification)
    return id
  }

  function close(id: number, reason: number): void {
    remove(id)
    signal('NotificationClosed', 'uu', [id, reason])
  }

  function signal(member: string, signature: string, body: unknown[]): void {
    bus.send(dbus.Message.newSignal(path, name, member, signature, body))
  }

  bus.addMethodHandler((message: MessageType) => {
    if (message.interface !== name) return false
    const [signature, body] = answerTo(message)
    bus.send(dbus.Message.newMethodReturn(message, signature, body))
    return true
  })

  function answerTo({ member, body }: MessageType): [string, unknown[]] {
    switch (member) {
      case 'Notify':
        return ['u', [notify(body as [string, number, ...string[]])]]
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

  await bus.requestName(name, 0)
  return {
    busAddress,
    shown,
    click: ({ id, actions }, label) => {
      const key = label === undefined ? 'default' : actions[actions.indexOf(label) - 1]
      if (key === undefined) throw new Error(`It has no button “${label}”: ${actions.join(', ')}`)
      signal('ActionInvoked', 'us', [id, key])
      close(id, dismissedByUser)
    },
    dismiss: ({ id }) => close(id, dismissedByUser),
    [Symbol.asyncDispose]: async () => {
      bus.disconnect()
      daemon.kill()
      await once(daemon, 'exit')
    },
  }
}
