export { createHttpServer, type HttpDeps } from './http-server.ts'
