/** The caller's fault, answered as JSON with a sentence that says what to do. */
export class Problem extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}
