/** How what is shipped is bundled: the benchmarks are bundled alike. */

/** Options of esbuild. */
export const shipped = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
};
