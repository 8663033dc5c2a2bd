/** `seatrial up`: serves a simulated cluster on loopback until Ctrl-C, its time following the wall clock. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { endProcesses, LeaderWatch } from '../backends/leaders.js';
import { Pacer } from '../backends/pacer.js';
import { claim } from '../backends/registry.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../backends/sim.js';
import { neededBy } from '../backends/operators-for.js';
import { simulationOptions } from '../backends/sim-options.js';
import { openSocket } from '../backends/sim-socket.js';
import { steeringOf } from '../backends/steering.js';
import { timeDoor } from '../backends/time-door.js';
import { readAutoscaler } from '../gpu/autoscaler-config.js';
import {
  elapsedMs,
  exitNow,
  keepHeapSmall,
  onLoneInterrupt,
  realNowMs,
  servedGrowthPercent,
  writeError,
} from '../host.js';
import { exitCodes } from '../input/errors.js';
import type { Manifest } from '../input/manifests.js';
import { modelWorkloads } from '../models/workloads.js';
import { isIncident } from '../incident/compare/recorded.js';
import { metricsDoor } from '../incident/past/metrics-door.js';
import {
  openableRun,
  openablePlan,
  openableScenario,
  openFollowed,
  openPast,
  type OpenableRun,
} from '../incident/past/open-run.js';
import { findKeptRun } from '../scenario/find-kept-run.js';
import { loadScenario } from '../scenario/scenario.js';
import { untilReady } from '../scenario/until-ready.js';
import { launch, type Launch } from '../scenario/voyage.js';
import type { CliCommand } from './command.js';
import { mustBeTaken } from '../scenario/taken.js';
import { readConfiguration } from './configuration.js';
import { detach, isDetached } from './detached.js';
import { published } from './published.js';
import { voyageOf } from './voyage-of.js';
import type { TieRule } from '../../sim/scheduler/ties.js';
import {
  autoscalerOption,
  collect,
  colorOption,
  durationOf,
  portNumber,
  schedulerConfigOption,
  schedulerTiesOption,
  seedOf,
  seedOption,
  speedOf,
  helpAfter,
  nameOf,
} from './options.js';

/** More virtual time than a boot takes. */
const bootAllowanceMs = 30_000;
/** Whoever states a start means it: a cluster further away than this is left where it is. */
const presentWithinMs = 300_000;

interface UpFlags {
  readonly name: string;
  readonly config?: string;
  readonly autoscaler?: string;
  readonly schedulerConfig?: string;
  readonly schedulerTies?: TieRule;
  readonly filename: readonly string[];
  readonly without: readonly string[];
  readonly missingImage: readonly string[];
  readonly loadedImage: readonly string[];
  readonly scenario?: string;
  readonly speed: number;
  readonly seed?: number;
  readonly start?: number;
  readonly port: number;
  readonly kubeconfig?: string;
  readonly separate?: string;
  readonly from?: string;
  readonly at: string;
  readonly follow?: boolean;
  readonly detach?: boolean;
  readonly wait?: Wait;
}

/** How long `--wait` waits, and as it was written. */
interface Wait {
  readonly withinMs: number;
  readonly text: string;
}

/** The command. */
export const upCommand: CliCommand = {
  define(program, act) {
    program
      .command('up')
      .description('serve a simulated cluster for kubectl and every other client, until Ctrl-C')
      .option('--name <name>', 'its name: the context is seatrial-<name>', nameOf, 'seatrial')
      .option('--config <file>', "a kind configuration (default: seatrial's own)")
      .addOption(autoscalerOption())
      .addOption(schedulerConfigOption())
      .addOption(schedulerTiesOption())
      .option(
        '-f, --filename <path>',
        'files, folders or kustomizations to apply, repeatable; - is standard input',
        collect,
        [],
      )
      .option('--scenario <file>', 'take cluster and workloads from a scenario')
      .option(
        '--without <program>',
        'end a simulated program, repeatable: kube-scheduler, kube-controller-manager, ...',
        collect,
        [],
      )
      .option(
        '--missing-image <image>',
        'an image that no registry has, repeatable; * is any run of characters',
        collect,
        [],
      )
      .option('--loaded-image <image>', 'an image that is on every node, repeatable', collect, [])
      .option('--speed <speed>', 'virtual seconds a real one: 1x, 60x, max', speedOf, 1)
      .addOption(seedOption())
      .option('--start <time>', 'where virtual time starts (RFC 3339; default: now)', timeOf)
      .option('--port <n>', 'the port on 127.0.0.1; 0 takes a free one', portNumber, 0)
      .option('--kubeconfig <file>', 'merge into this kubeconfig instead of your own')
      .option('--separate <file>', 'write a kubeconfig of its own and touch no other')
      .option(
        '--from <run>',
        'serve a kept run (id, folder, latest), what an import wrote, or a counterexample (token, file)',
      )
      .option('--at <time>', 'for --from: 09:27, +1h12m, 2026-08-20T09:27:00Z, start, end', 'end')
      .option(
        '--wait <duration>',
        'be up only when all workloads are ready: virtual time, as fast as it goes; else exit code 1',
        waitOf,
      )
      .option('-d, --detach', 'go on in the background once it is up; seatrial down stops it')
      .option('--follow', 'for --from: sail it again to that instant and go on from there')
      .addOption(colorOption())
      .addHelpText('after', helpAfter(examples))
      .action((flags: UpFlags) => act(() => up(flags)));
  },
};

const examples = [
  'seatrial up --config kind-config.yaml -f manifests/',
  'seatrial up --speed 60x --separate ./kubeconfig',
  'export KUBECONFIG=$(seatrial up --detach --wait 5m -f manifests/ --separate ./kubeconfig)',
  'seatrial up --from latest --at +1h12m',
];

async function up(flags: UpFlags): Promise<number> {
  if (flags.detach === true && !isDetached()) return detach(flags);
  keepHeapSmall(servedGrowthPercent);
  // Two that are started at once would both write the one name into the kubeconfig.
  const release = claim(flags.name);
  const forget = onLoneInterrupt(() => {
    release();
    exitNow(exitCodes.interrupted);
  });
  try {
    return flags.from === undefined ? await upAnew(flags) : await upFrom(flags, flags.from);
  } finally {
    forget();
    release();
  }
}

/** Boots a cluster and serves it. */
async function upAnew(flags: UpFlags): Promise<number> {
  const startMs = elapsedMs();
  const manifests = await manifestsOf(flags.filename);
  const configuration = readConfiguration();
  const seed = seedOf(flags.seed, configuration.seed);
  // Loaded only here: the other commands need no HTTPS.
  const { WebhookClient } = await import('../../sim/http/webhook-client.js');
  const { createAuthority } = await import('../../sim/http/certificates.js');
  const authority = await createAuthority();
  const { stack, ...booted } = optionsOf(flags, seed, {
    configured: configuration.cluster,
    manifests,
  });
  await using cluster = await bootSimulatedCluster(
    // Somebody may look into the pods, or take a token out of one.
    {
      ...booted,
      mountsTokens: true,
      authority,
      countsRequests: true,
      missingImages: flags.missingImage,
      loadedImages: [...(booted.loadedImages ?? []), ...flags.loadedImage],
    },
    new WebhookClient(),
  );
  // It may be served for days, and nobody judges what was: what etcd would have forgotten goes.
  cluster.simulation.server.compactRegularly();
  stack?.attach(cluster.simulation);
  endProcesses(cluster, flags.without);
  const pacer = new Pacer(cluster.simulation.loop, flags.speed);
  cluster.intercept(timeDoor({ steering: steeringOf(cluster, pacer), simulated: () => cluster }));
  if (flags.start === undefined && flags.wait === undefined) await toThePresent(cluster);
  const access = await cluster.listen({ name: flags.name, port: flags.port, authority });
  await applyAll(cluster, manifests);
  if (flags.wait !== undefined) {
    await untilReady(cluster, { ...flags.wait, objects: manifests.map(({ object }) => object) });
    if (flags.start === undefined) await toThePresent(cluster);
  }
  const readyMs = Math.round(elapsedMs() - startMs);
  await published(flags, access, {
    says: [`cluster ${flags.name} is up at ${access.server} (seed ${seed}, ${readyMs} ms)`],
    async serve(stopped) {
      if (stack !== undefined) {
        stack.startTraffic();
        writeError('its traffic flows: what nobody answers counts as failed\n');
      }
      const leaders = new LeaderWatch(cluster, line => writeError(`${line}\n`));
      try {
        pacer.start();
        await Promise.race([stopped, pacer.ended(), leaders.run()]);
        await pacer.stop();
      } finally {
        leaders.stop();
      }
    },
  });
  return exitCodes.pass;
}

/** Serves an instant of a run. */
async function upFrom(flags: UpFlags, word: string): Promise<number> {
  const run = openable(word, flags.filename);
  const { at, speed } = flags;
  const opened =
    flags.follow === true
      ? await openFollowed(run, {
          at,
          speed,
          isPaused: false,
          tell: line => writeError(`${line}\n`),
        })
      : await openPast(run, at);
  const door = timeDoor(opened);
  const metrics = opened.metrics && metricsDoor(opened.metrics, () => opened.steering.now());
  const socket = await openSocket((request, connection, done) => {
    if (door(request, connection, done)) return;
    if (metrics?.(request, connection, done) !== true) opened.serve(request, connection, done);
  }, flags);
  try {
    const now = new Date(opened.steering.now()).toISOString();
    await published(flags, socket.access, {
      says: [`${flags.name} is up at ${socket.access.server}, at ${now}`, ...opened.says],
      serve: stopped => Promise.race([stopped, opened.ended()]),
    });
  } finally {
    await socket.close();
    await opened.end();
  }
  return exitCodes.pass;
}

/** What an import wrote, a kept run, or the voyage of a token or of a file of a failure. */
function openable(word: string, inputs: readonly string[]): OpenableRun {
  if (isIncident(word)) return openableScenario(loadScenario(join(word, 'scenario.yaml')));
  if (!word.startsWith('st1:') && !isFile(word)) return openableRun(findKeptRun(word));
  return openablePlan(word.slice(0, 24), voyageOf(word, inputs).plan);
}

function waitOf(text: string): Wait {
  return { withinMs: durationOf(text), text };
}

/** Lets a cluster whose start nobody stated arrive at the wall clock's time. */
async function toThePresent(cluster: SimulatedCluster): Promise<void> {
  const behindMs = realNowMs() - cluster.now();
  if (behindMs > 0 && behindMs < presentWithinMs) await cluster.advance(behindMs);
}

function optionsOf(
  flags: UpFlags,
  seed: number,
  given: { readonly configured: string | undefined; readonly manifests: readonly Manifest[] },
): Launch {
  const { configured, manifests } = given;
  // Clients reckon ages and leases by their own clock: a booted cluster goes on at the present (see
  // `toThePresent`), unless another start is stated.
  const waitMs = Math.min(flags.wait?.withinMs ?? 0, presentWithinMs - 2 * bootAllowanceMs);
  const startMs = flags.start ?? realNowMs() - bootAllowanceMs - waitMs;
  const config = flags.config ?? configured;
  const { schedulerConfig, schedulerTies } = flags;
  const scheduler = {
    ...(schedulerConfig !== undefined && { schedulerConfig }),
    ...(schedulerTies !== undefined && { schedulerTies }),
  };
  const autoscaler = flags.autoscaler !== undefined && {
    autoscaler: readAutoscaler(flags.autoscaler),
  };
  if (flags.scenario === undefined) {
    const objects = manifests.map(({ object }) => object);
    return simulationOptions({
      seed,
      startMs,
      makers: modelWorkloads,
      alsoOperators: neededBy(objects).map(({ name }) => name),
      manifests: objects,
      ...scheduler,
      ...autoscaler,
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
        ...autoscaler,
      },
    },
    { seed, startMs, ...(config !== undefined && { config }) },
  );
}

/** Read as `check` and `plan` read them; loaded only for who names some. */
async function manifestsOf(paths: readonly string[]): Promise<readonly Manifest[]> {
  if (paths.length === 0) return [];
  const { namedManifests } = await import('./named-manifests.js');
  return namedManifests(paths).manifests;
}

/** Files come by their names: what lies in a namespace may come before it, and nobody is asked to apply twice. */
function namespacesFirst(manifests: readonly Manifest[]): readonly Manifest[] {
  const isNamespace = ({ object }: Manifest): boolean => object.kind === 'Namespace';
  return [...manifests.filter(isNamespace), ...manifests.filter(each => !isNamespace(each))];
}

async function applyAll(cluster: SimulatedCluster, manifests: readonly Manifest[]): Promise<void> {
  const ordered = namespacesFirst(manifests);
  const applied = await cluster.apply(ordered.map(({ object }) => object));
  ordered.forEach((manifest, index) => {
    const each = applied[index];
    if (each === undefined) return;
    mustBeTaken(each, manifest, 'mend the manifest; the cluster was not kept');
  });
}

function timeOf(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isFinite(timeMs)) return timeMs;
  throw new InvalidArgumentError('write it as 2026-01-31T08:00:00Z.');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
