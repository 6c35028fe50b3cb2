import { defineConfig } from "vite";

// Each entry is named in a page by its source; the manifest says which hashed files it became.
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir: "../static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: ["es2021", "chrome87", "safari14"],
    rolldownOptions: {
      input: [
        "src/app.ts",
        "src/review.ts",
        "src/rules.ts",
        "src/editor.ts",
        "src/portrait.ts",
        "src/upload.ts",
        "src/landing.ts",
      ],
    },
  },
});
