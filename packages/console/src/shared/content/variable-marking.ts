import { createContext } from 'react'

/** The variables that the content around a field may name, and the way to make one of what stands there. */
interface VariableMarking {
  names: readonly string[]
  /** Declares a variable with this text as its example; answers its name. */
  mark: (example: string) => string
}

/** Null where any variable may be named, because none is declared. */
export const VariableMarkingContext = createContext<VariableMarking | null>(null)
