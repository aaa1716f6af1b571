import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import mantinePreset from 'postcss-preset-mantine'
import { defineConfig } from 'vite'

/** Where `npm run dev` finds a running server; the built console shares its origin. */
const server = process.env.CARILLON_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The contract's schemas are for the server; without them the console is a third smaller.
  resolve: { alias: { zod: join(import.meta.dirname, 'src/app/schemaless.ts') } },
  css: { postcss: { plugins: [mantinePreset()] } },
  build: { target: 'es2023', emptyOutDir: true },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/v1', '/sandbox', '/sw.js', '/openapi.json', '/docs'].map((path) => [path, server]),
    ),
  },
})
