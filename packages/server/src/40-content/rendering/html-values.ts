import { type FilterImplOptions, filters } from 'liquidjs'
import { escapeHtml } from '../../11-channels/email/html-text.ts'
import { mustShow } from './strict-values.ts'

/** The last step of every output in HTML that does not end in `| raw`. */
export function mustShowInHtml(this: unknown, value: unknown): string {
  return escapeHtml(mustShow.call(this, value))
}

/** These make HTML by themselves: escaped once more, their work would show. */
export const htmlFilters: Readonly<Record<string, FilterImplOptions>> = {
  escape: { handler: (value: unknown) => escapeHtml(String(value)), raw: true },
  escape_once: { handler: filters.escape_once as never, raw: true },
  newline_to_br: {
    handler: (value: unknown) => escapeHtml(String(value)).replace(/\r?\n/g, '<br />\n'),
    raw: true,
  },
}
