export { createHttpServer } from './http-server.ts'
