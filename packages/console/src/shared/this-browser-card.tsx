export function ThisBrowserCard(_: { app: unknown }) { return null }
