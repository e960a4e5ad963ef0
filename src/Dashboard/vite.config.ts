import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Every address in the page is relative to the site's root; what has a hash in its name is kept by browsers for ever.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { proxy: { '/api': 'http://localhost:7071', '/client': { target: 'ws://localhost:7071', ws: true } } },
  test: { include: ['test/**/*.test.ts'], environment: 'node', testTimeout: 120_000 },
});
