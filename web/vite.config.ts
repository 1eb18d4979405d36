import { defineConfig } from "vite";

const here = (path: string) => new URL(path, import.meta.url).pathname;

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
      input: {
        home: here("index.html"),
        studio: here("studio/index.html"),
        watch: here("watch/index.html"),
        overlay: here("overlay/index.html"),
        speak: here("speak/index.html"),
        stats: here("stats/index.html"),
        api: here("api/index.html"),
        // For the page that the Worker writes, which knows no other name.
        plain: here("plain/plain.ts"),
        // For pages of others: its address is part of what they write down, so it never changes.
        "live-captions": here("live-captions.ts"),
      },
      output: {
        entryFileNames: ({ name }) =>
          name === "live-captions" || name === "plain" ? "[name].js" : "assets/[name]-[hash].js",
      },
    },
  },
});
