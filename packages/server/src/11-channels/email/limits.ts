/** What an email may have with all its parts, in bytes; most mail servers take 10 MB or more. */
export const maxPayloadBytes = 10 * 1024 * 1024

/** Connections to one mail server, and emails over each before it is opened anew. */
export const maxConnections = 10
export const messagesPerConnection = 100
