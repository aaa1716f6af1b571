export * from './test-proxy.ts'
export * from './test-server.ts'
