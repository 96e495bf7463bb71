import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/temporary-files.ts"],
    // Native addons misbehave in worker threads and patched realms.
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
