declare global {
  /** Node has them all along; `toString` and `write` reach them by way of the encoding's name. */
  interface Buffer {
    latin1Slice(start: number, end: number): string
    latin1Write(text: string, at: number): number
  }
}

export {}
