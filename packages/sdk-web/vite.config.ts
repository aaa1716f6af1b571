import { defineConfig } from 'vite'

/** One ES module for any page. The worker is not built: the server serves it, and others import it from there. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2022',
    emptyOutDir: true,
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'carillon' },
  },
})
