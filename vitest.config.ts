/** How the tests run. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // Rules, which keep nothing between them: one process loads the sources once for all its files.
        test: {
          name: 'units',
          include: ['sim/**/*.test.ts', 'src/**/*.test.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        // Whole runs, commands and servers: each file has a process of its own.
        test: { name: 'whole', include: ['test/**/*.test.ts'] },
      },
    ],
  },
});
