/** Build of the operators' console: static files with hashed names in `dist/src/console/assets`, served under `/ui/`. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  base: '/ui/',
  clearScreen: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: new URL('../../../dist/src/console/assets', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'es2023',
    // the strict Content-Security-Policy allows no data: scripts, and small files cost nothing over one connection
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
});
