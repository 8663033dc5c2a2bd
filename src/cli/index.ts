/** The commands of the command line, in the order in which help lists them; each is loaded when it is needed. */
import type { CliCommand } from './command.js';

/** A command is called as its file is. */
const loaders: Readonly<Record<string, () => Promise<CliCommand>>> = {
  demo: async () => (await import('./demo.js')).demoCommand,
  init: async () => (await import('./init.js')).initCommand,
  run: async () => (await import('./run.js')).runCommand,
  rbac: async () => (await import('./rbac.js')).rbacCommand,
  compare: async () => (await import('./compare.js')).compareCommand,
  check: async () => (await import('./check.js')).checkCommand,
  merge: async () => (await import('./merge.js')).mergeCommand,
  campaign: async () => (await import('./campaign.js')).campaignCommand,
  replay: async () => (await import('./replay.js')).replayCommand,
  keep: async () => (await import('./keep.js')).keepCommand,
  import: async () => (await import('./import.js')).importCommand,
  runs: async () => (await import('./runs.js')).runsCommand,
  report: async () => (await import('./report.js')).reportCommand,
  diff: async () => (await import('./diff.js')).diffCommand,
  explain: async () => (await import('./explain.js')).explainCommand,
  plan: async () => (await import('./plan.js')).planCommand,
  bench: async () => (await import('./bench.js')).benchCommand,
  up: async () => (await import('./up.js')).upCommand,
  attach: async () => (await import('./attach.js')).attachCommand,
  time: async () => (await import('./time.js')).timeCommand,
  query: async () => (await import('./query.js')).queryCommand,
  whatif: async () => (await import('./whatif.js')).whatIfCommand,
  fault: async () => (await import('./fault.js')).faultCommand,
  get: async () => (await import('./get.js')).getCommand,
  down: async () => (await import('./down.js')).downCommand,
  cluster: async () => (await import('./cluster.js')).clusterCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  completion: async () => (await import('./completion.js')).completionCommand,
  version: async () => (await import('./version.js')).versionCommand,
};

/** The names of all commands, for who cannot wait until they are loaded. */
export const commandNames: readonly string[] = Object.keys(loaders);

/** The command of this name, or all where there is none: for help, and to suggest one. */
export function commandsFor(name: string | undefined): Promise<readonly CliCommand[]> {
  const own = name !== undefined && Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  return Promise.all((own === undefined ? Object.values(loaders) : [own]).map(load => load()));
}
