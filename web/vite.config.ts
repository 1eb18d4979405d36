import { defineConfig } from "vite";

export default defineConfig({
  base: "/",
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    // The oldest is the browser inside OBS 30.
    target: ["chrome103", "firefox115", "safari16.4"],
    // Everything is a file of its own: data: addresses and inline scripts would need holes in a content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["index.html", "studio/index.html", "watch/index.html", "overlay/index.html"].map(
        (page) => new URL(page, import.meta.url).pathname,
      ),
    },
  },
});
