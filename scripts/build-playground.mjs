/** Builds web/playground/ into dist/playground: static files with relative addresses, for the service or any host. */
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

await build({
  configFile: false,
  root: `${root}web/playground`,
  publicDir: `${root}web/public`,
  base: './',
  logLevel: 'warn',
  resolve: { alias: { 'codeflow-sentinel/forest': `${root}dist/forest/forest.js` } },
  worker: { format: 'es' },
  build: {
    outDir: `${root}dist/playground`,
    emptyOutDir: true,
    target: 'es2022',
    cssMinify: 'esbuild',
    // The policy of the page allows no data: addresses for what it fetches.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
