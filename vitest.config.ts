/** How the tests run. */
import { defineConfig } from 'vitest/config';

/** They take a minute, or start commands, servers and clusters: each has a process of its own. */
const alone = [
  'test/{vectors,determinism,house,cli,docs,plan,attached,kind,kind-*}.test.ts',
  'test/{fraud,real,e2e,cli}/**/*.test.ts',
  'test/{report/commands,check/command}.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        // They keep nothing between them: two processes load the sources once for all their files.
        test: {
          name: 'together',
          include: ['sim/**/*.test.ts', 'src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: alone,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
