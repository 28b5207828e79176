import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** A running system, for `npm run dev -w console`. */
const target = process.env.DEEPLENS_URL ?? 'http://127.0.0.1:8420';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // no data: addresses beside those that the policy of the page names
    manifest: true,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': target, '/config.json': target } },
});
