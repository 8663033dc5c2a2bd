/** `seatrial up`: serves a simulated cluster on loopback until Ctrl-C, its time following the wall clock. */
import { writeFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import {
  kubeconfigPath,
  kubeconfigText,
  mergeKubeconfig,
  unmergeKubeconfig,
} from '../backends/kubeconfig-file.js';
import { endProcesses, LeaderWatch } from '../backends/leaders.js';
import { Pacer } from '../backends/pacer.js';
import { register, runningClusters, unregister } from '../backends/registry.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../backends/sim.js';
import { simulationOptions } from '../backends/sim-options.js';
import { timeDoor } from '../backends/time-door.js';
import { elapsedMs, onInterrupt, processId, realNowMs, writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { readManifests } from '../input/manifests.js';
import { modelWorkloads } from '../models/workloads.js';
import { loadScenario } from '../scenario/scenario.js';
import { launch, type Launch } from '../scenario/voyage.js';
import type { CliCommand } from './command.js';
import { readConfiguration } from './configuration.js';
import type { TieRule } from '../../sim/scheduler/ties.js';
import {
  collect,
  colorOption,
  schedulerConfigOption,
  schedulerTiesOption,
  seedOf,
  seedOption,
  speedOf,
  wholeNumber,
} from './options.js';

/** More virtual time than a boot takes. */
const bootAllowanceMs = 30_000;
/** Whoever states a start means it: a cluster further away than this is left where it is. */
const presentWithinMs = 300_000;

interface UpFlags {
  readonly name: string;
  readonly config?: string;
  readonly schedulerConfig?: string;
  readonly schedulerTies?: TieRule;
  readonly filename: readonly string[];
  readonly without: readonly string[];
  readonly scenario?: string;
  readonly speed: number;
  readonly seed?: number;
  readonly start?: number;
  readonly port: number;
  readonly kubeconfig?: string;
  readonly separate?: string;
}

/** The command. */
export const upCommand: CliCommand = {
  define(program, act) {
    program
      .command('up')
      .description('serve a simulated cluster for kubectl and every other client, until Ctrl-C')
      .option('--name <name>', 'its name: the context is seatrial-<name>', nameOf, 'seatrial')
      .option('--config <file>', "a kind configuration (default: seatrial's own)")
      .addOption(schedulerConfigOption())
      .addOption(schedulerTiesOption())
      .option('-f, --filename <path>', 'manifests to apply, repeatable', collect, [])
      .option('--scenario <file>', 'take cluster and workloads from a scenario')
      .option(
        '--without <program>',
        'end a simulated program, repeatable: kube-scheduler, kube-controller-manager, ...',
        collect,
        [],
      )
      .option('--speed <speed>', 'virtual seconds a real one: 1x, 60x, max', speedOf, 1)
      .addOption(seedOption())
      .option('--start <time>', 'where virtual time starts (RFC 3339; default: now)', timeOf)
      .option('--port <n>', 'the port on 127.0.0.1; 0 takes a free one', wholeNumber, 0)
      .option('--kubeconfig <file>', 'merge into this kubeconfig instead of your own')
      .option('--separate <file>', 'write a kubeconfig of its own and touch no other')
      .addOption(colorOption())
      .action((flags: UpFlags) => act(() => up(flags)));
  },
};

async function up(flags: UpFlags): Promise<number> {
  const startMs = elapsedMs();
  if (runningClusters().some(({ name }) => name === flags.name)) {
    throw new UserError(`a cluster "${flags.name}" runs already`, {
      exitCode: exitCodes.usage,
      code: 'name-taken',
      next: `stop it with: seatrial down --name ${flags.name}, or choose another --name`,
    });
  }
  const manifests = flags.filename.flatMap(readManifests);
  const configuration = readConfiguration();
  const seed = seedOf(flags.seed, configuration.seed);
  // Loaded only here: the other commands need no HTTPS.
  const { WebhookClient } = await import('../../sim/http/webhook-client.js');
  const { stack, ...booted } = optionsOf(flags, seed, configuration.cluster);
  await using cluster = await bootSimulatedCluster(booted, new WebhookClient());
  stack?.attach(cluster.simulation);
  endProcesses(cluster, flags.without);
  const pacer = new Pacer(cluster.simulation.loop, flags.speed);
  timeDoor(cluster, pacer);
  if (flags.start === undefined) await toThePresent(cluster);
  const access = await cluster.listen({ name: flags.name, port: flags.port });
  await applyAll(cluster, manifests);
  const config = publish(flags, access);
  const leaders = new LeaderWatch(cluster, line => writeError(`${line}\n`));
  const stopped = new Promise<void>(resolve => {
    const forget = onInterrupt(() => {
      forget();
      resolve();
    });
  });
  try {
    register({
      name: flags.name,
      pid: processId(),
      server: access.server,
      kubeconfig: config.file,
    });
    const readyMs = Math.round(elapsedMs() - startMs);
    writeError(`cluster ${flags.name} is up at ${access.server} (seed ${seed}, ${readyMs} ms)\n`);
    writeError(`try:  kubectl --context ${access.contextName} get nodes\n`);
    if (stack !== undefined) {
      stack.startTraffic();
      writeError('its traffic flows: what nobody answers counts as failed\n');
    }
    writeError('stop: Ctrl-C, or seatrial down\n');
    writeOut(`${config.file}\n`);
    pacer.start();
    await Promise.race([stopped, pacer.ended(), leaders.run()]);
    await pacer.stop();
  } finally {
    leaders.stop();
    unregister(flags.name);
    config.remove();
  }
  return exitCodes.pass;
}

/** Lets a cluster whose start nobody stated arrive at the wall clock's time. */
async function toThePresent(cluster: SimulatedCluster): Promise<void> {
  const behindMs = realNowMs() - cluster.now();
  if (behindMs > 0 && behindMs < presentWithinMs) await cluster.advance(behindMs);
}

function optionsOf(flags: UpFlags, seed: number, configured: string | undefined): Launch {
  // Clients reckon ages and leases by their own clock: a booted cluster goes on at the present (see
  // `toThePresent`), unless another start is stated.
  const startMs = flags.start ?? realNowMs() - bootAllowanceMs;
  const config = flags.config ?? configured;
  const { schedulerConfig, schedulerTies } = flags;
  const scheduler = {
    ...(schedulerConfig !== undefined && { schedulerConfig }),
    ...(schedulerTies !== undefined && { schedulerTies }),
  };
  if (flags.scenario === undefined) {
    return simulationOptions({
      seed,
      startMs,
      makers: modelWorkloads,
      ...scheduler,
      ...(config !== undefined && { config }),
    });
  }
  const scenario = loadScenario(flags.scenario);
  const { start: _stated, ...cluster } = scenario.cluster;
  return launch(
    {
      ...scenario,
      cluster: {
        ...(flags.start === undefined ? scenario.cluster : cluster),
        ...(flags.config !== undefined && { config: flags.config }),
        ...scheduler,
      },
    },
    { seed, startMs, ...(config !== undefined && { config }) },
  );
}

async function applyAll(
  cluster: SimulatedCluster,
  manifests: ReturnType<typeof readManifests>,
): Promise<void> {
  const applied = await cluster.apply(manifests.map(({ object }) => object));
  applied.forEach(({ object, message, warnings }, index) => {
    const manifest = manifests[index];
    const place = `${manifest?.file ?? ''}:${manifest?.line ?? 1}`;
    for (const warning of warnings) writeError(`${place}: warning: ${warning}\n`);
    if (message === undefined) return;
    throw new UserError(`${place}: ${object.kind ?? ''} refused: ${message}`, {
      exitCode: exitCodes.usage,
      code: 'manifest-refused',
      next: 'mend the manifest; the cluster was not kept',
    });
  });
}

/** Makes the cluster known to kubectl; `remove` takes it all back. */
function publish(
  flags: UpFlags,
  access: Parameters<typeof kubeconfigText>[0],
): { readonly file: string; readonly remove: () => void } {
  if (flags.separate !== undefined) {
    const file = flags.separate;
    try {
      writeFileSync(file, kubeconfigText(access), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      throw new UserError(`cannot write ${file}: ${(error as Error).message}`, {
        exitCode: exitCodes.usage,
        code: 'cannot-write',
        next: 'give --separate a path that does not exist',
      });
    }
    return { file, remove: () => unmergeKubeconfig(file, access.contextName) };
  }
  const file = kubeconfigPath(flags.kubeconfig);
  const before = mergeKubeconfig(file, access);
  return { file, remove: () => unmergeKubeconfig(file, access.contextName, before) };
}

function timeOf(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isFinite(timeMs)) return timeMs;
  throw new InvalidArgumentError('write it as 2026-01-31T08:00:00Z.');
}

function nameOf(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('lower-case letters, digits and dashes only.');
}
