import type { Batch, Job } from './connection.ts'

/** First in, first out, urgent ones before all others. Taking one costs the same however many wait. */
export function createJobQueue() {
  const urgent = createLine()
  const usual = createLine()
  return {
    get size(): number {
      return urgent.size + usual.size
    },
    get hasUrgent(): boolean {
      return urgent.size > 0
    },
    push(batch: Batch): void {
      if (batch.requests.length > 0) lineOf(batch).push(batch)
    },
    /** What goes again goes before the others of its kind. */
    pushAgain(job: Job): void {
      lineOf(job.batch).pushAgain(job)
    },
    shift(): Job {
      return (urgent.size > 0 ? urgent : usual).shift()
    },
  }

  function lineOf({ isUrgent }: Batch) {
    return isUrgent ? urgent : usual
  }
}

/** Keeps whole batches: a job is made when its turn comes, so that those who wait take no memory. */
function createLine() {
  const again: Job[] = []
  let batches: Batch[] = []
  let head = 0
  /** The next request of the batch at `head`. */
  let index = 0
  let size = 0

  function shift(): Job {
    const job = again.pop() ?? next()
    size--
    return job
  }

  function next(): Job {
    const batch = batches[head]
    const request = batch?.requests[index]
    if (batch === undefined || request === undefined) throw new RangeError('the queue is empty')
    const job = { request, batch, index, resent: false }
    index++
    if (index === batch.requests.length) nextBatch()
    return job
  }

  function nextBatch(): void {
    index = 0
    head++
    if (head * 2 < batches.length) return
    batches = batches.slice(head)
    head = 0
  }

  return {
    get size(): number {
      return size
    },
    push(batch: Batch): void {
      batches.push(batch)
      size += batch.requests.length
    },
    pushAgain(job: Job): void {
      again.push(job)
      size++
    },
    shift,
  }
}
