import { expect } from 'vitest'
import type { Answer, Response, Sender, SendRequest } from '../src/index.ts'

const mostRounds = 20

/** Sends, and sends again what was `not_sent`, as a caller does. Any other failure fails the test. */
export async function askUntilAnswered(
  sender: Sender,
  requests: readonly SendRequest[],
): Promise<Response[]> {
  const responses = new Array<Response>(requests.length)
  let open = requests.map((_, index) => index)
  for (let round = 0; open.length > 0; round++) {
    expect(round, 'every round must answer some').toBeLessThan(mostRounds)
    const answers = await sender.send(open.map((index) => requests[index] as SendRequest))
    open = open.filter((index, at) => {
      const answer = answers[at] as Answer
      if ('status' in answer) responses[index] = answer
      else expect(answer.failure, answer.code).toBe('not_sent')
      return 'failure' in answer
    })
  }
  return responses
}

/** Sends once; every request must get its response. */
export async function ask(sender: Sender, requests: readonly SendRequest[]): Promise<Response[]> {
  const answers = await sender.send(requests)
  return answers.map((answer) => {
    if ('failure' in answer) expect.fail(`${answer.failure}: ${answer.code}`)
    return answer
  })
}

/** The bodies of thousands of responses, and of a failure only the first. */
export function expectBodies(responses: readonly Response[], expected: readonly string[]): void {
  const wrong = responses.findIndex(({ body }, index) => body !== expected[index])
  if (wrong >= 0) expect(short(responses[wrong]?.body), `body ${wrong}`).toBe(short(expected[wrong]))
  if (wrong >= 0) expect.fail(`body ${wrong} differs far from its ends`)
  expect(responses).toHaveLength(expected.length)
}

function short(text = ''): string {
  return `${text.length} bytes: ${text.slice(0, 300)} ... ${text.slice(-100)}`
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}
