export { checkConstantSize } from './check-constant-size.ts'
export * from './rendering/index.ts'
export { resolveTemplate } from './store.ts'
