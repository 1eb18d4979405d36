import { defineConfig, type Plugin } from "vite";

const here = (path: string) => new URL(path, import.meta.url).pathname;

/**
 * The page of the interface has modules of its own, also of what others use: to share them would part the files of the
 * viewers' pages into more and smaller ones, for one that hardly anybody opens.
 */
const apart: Plugin = {
  name: "captionwire:apart",
  enforce: "pre",
  async resolveId(source, importer, options) {
    const isOfPage = importer?.endsWith("/web/api/api.ts") || importer?.endsWith("?apart");
    if (!isOfPage) return null;
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    return found === null || found.external !== false || found.id.includes("?")
      ? found
      : { ...found, id: `${found.id}?apart` };
  },
};

export default defineConfig({
  base: "/",
  plugins: [apart],
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
