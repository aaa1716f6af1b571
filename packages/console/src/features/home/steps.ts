/** What the steps are verified by; undefined while it is not known. */
export interface Standing {
  sandbox: boolean
  apps:
    | readonly { id: string; status: string; credentials: readonly string[]; subscriptions: number }[]
    | undefined
  segments: readonly unknown[] | undefined
  messages: readonly { counts: { received: number; opened: number } }[] | undefined
  phones: readonly { notifications: readonly unknown[] }[] | undefined
  browser: { supported: boolean; subscribed: boolean } | undefined
}

export interface Step {
  id: 'app' | 'credential' | 'publish' | 'device' | 'segment' | 'send' | 'arrive' | 'browser'
  title: string
  why: string
  done: boolean | undefined
  /** The app that the step is about, once there is one. */
  appId?: string
}

/** The steps of getting started. A browser without Web Push is not asked to subscribe. */
export function stepsFrom(standing: Standing): Step[] {
  const { apps, browser } = standing
  const appId = (apps?.find(({ status }) => status === 'published') ?? apps?.[0])?.id
  const steps = [...appSteps(standing), ...sendSteps(standing)].map((step) => ({ ...step, appId }))
  return browser?.supported === false ? steps.filter(({ id }) => id !== 'browser') : steps
}

function appSteps({ sandbox, apps }: Standing): Step[] {
  return [
    {
      id: 'app',
      title: 'Create an app',
      why: 'It holds the credentials of its platforms and the devices that subscribe to it.',
      done: apps && apps.length > 0,
    },
    {
      id: 'credential',
      title: 'Add a credential',
      why: sandbox
        ? "The sandbox's own will do: no provider account needed."
        : 'What Apple, Google or Microsoft ask for.',
      done: apps?.some(({ credentials }) => credentials.length > 0),
    },
    {
      id: 'publish',
      title: 'Publish the app',
      why: 'Only a published app sends.',
      done: apps?.some(({ status }) => status === 'published'),
    },
    {
      id: 'device',
      title: 'Have a device subscribe',
      why: sandbox
        ? 'Add a virtual phone, or paste the snippet into your app.'
        : 'Paste the snippet into your app.',
      done: apps?.some(({ subscriptions }) => subscriptions > 0),
    },
  ]
}

function sendSteps({ sandbox, segments, messages, phones, browser }: Standing): Step[] {
  const arrived =
    phones?.some(({ notifications }) => notifications.length > 0) ||
    messages?.some(({ counts }) => counts.received + counts.opened > 0)
  return [
    {
      id: 'segment',
      title: 'Build a segment',
      why: 'Conditions over attributes, with a live count of who matches.',
      done: segments && segments.length > 0,
    },
    {
      id: 'send',
      title: 'Send a message',
      why: 'With a live preview of what every device will show.',
      done: messages && messages.length > 0,
    },
    {
      id: 'arrive',
      title: sandbox ? 'See it arrive on a virtual phone' : 'See it arrive',
      why: 'And open it there: the report follows within seconds.',
      done: messages && arrived,
    },
    {
      id: 'browser',
      title: 'Subscribe this browser',
      why: 'Real Web Push to the browser that you are looking at.',
      done: browser?.subscribed,
    },
  ]
}
