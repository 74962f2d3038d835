import { defineConfig } from "vite";

// Where `npm run dev` finds the API: the mock's default address, or a real server.
const api = process.env.CONTACTOR_URL ?? "http://127.0.0.1:8099";

export default defineConfig({
  base: "/",
  build: {
    target: "es2022",
    // The server sends `default-src 'self'`: no data: addresses, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    reportCompressedSize: true,
  },
  server: {
    proxy: Object.fromEntries(
      ["/v1", "/metrics", "/healthz", "/readyz"].map((path) => [path, { target: api, changeOrigin: true }]),
    ),
  },
});
