import type { Job } from './connection.ts'

/** First in, first out; what goes again goes first. Taking one costs the same however many wait. */
export function createJobQueue() {
  const again: Job[] = []
  let waiting: Job[] = []
  let head = 0
  return {
    get size(): number {
      return again.length + waiting.length - head
    },
    push(job: Job): void {
      waiting.push(job)
    },
    pushFirst(job: Job): void {
      again.push(job)
    },
    shift(): Job {
      const job = again.pop() ?? waiting[head++]
      if (job === undefined) throw new RangeError('the queue is empty')
      if (head > 0 && head * 2 >= waiting.length) {
        waiting = waiting.slice(head)
        head = 0
      }
      return job
    },
  }
}
