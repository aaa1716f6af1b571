export interface BenchOptions {
  /** Small numbers: shows that everything runs, proves nothing. */
  quick: boolean
  rounds: number | null
  recipients: number | null
  embedded: boolean
  whileSending: boolean
}

/** One benchmark. Its result is plain JSON: it is kept, and the page is written from it. */
export interface Scenario<Result> {
  name: string
  /** Another name for the kept result when the options make it another benchmark. */
  keptAs?(options: BenchOptions): string
  run(options: BenchOptions): Promise<Result>
  /** The one object that `--json` ends with. */
  json(result: Result): object
  /** The result in words and tables, in Markdown. */
  report(result: Result): string
}
