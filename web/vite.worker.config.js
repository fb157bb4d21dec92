// The worker as one file without imports: LiteRT loads its runtime by importScripts, which module
// workers do not have.
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist",
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/worker.ts", formats: ["iife"], name: "dbdMobileWorker", fileName: () => "worker.js" },
    rollupOptions: { output: { inlineDynamicImports: true } },
  },
});
