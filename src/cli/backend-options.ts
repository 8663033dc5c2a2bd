/** The options of commands that can run on real clusters, and how they are read. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { realBackends } from '../backends/index.js';
import { emulationWays, type EmulationWay } from '../backends/emulation/way.js';
import type { BackendFlags } from '../backends/real-backend.js';
import { environment } from '../host.js';
import { durationOf, namespacePrefix } from './options.js';

/** A run on a real cluster ends after so long, unless it is told otherwise. */
export const realMaxMsByDefault = 600_000;

/** The flags as commander gives them. */
export interface RealFlags {
  readonly backend: string;
  readonly timeScale: number;
  readonly maxReal: number;
  readonly binaries?: string;
  readonly kubeconfig?: string;
  readonly namespacePrefix?: string;
  readonly allowContext?: string;
  readonly iOwnThisCluster?: boolean;
  readonly hostAddress?: string;
  readonly gpus?: EmulationWay;
  readonly keepCluster?: boolean;
  readonly reuse?: boolean;
  readonly image?: string;
}

/** Settings of a run on a real cluster. */
export interface RealSettings {
  readonly flags: BackendFlags;
  readonly timeScale: number;
  readonly realMaxMs: number;
}

/** Adds the options; `isRequired` leaves `--backend` to the command. */
export function backendOptions(command: Command, options: { readonly isOwn?: boolean } = {}): void {
  if (options.isOwn !== true) {
    const names = realBackends.map(({ name, about }) => `${name}: ${about}`).join('; ');
    const about = `sim: the simulation (default); ${names}; also SEATRIAL_BACKEND`;
    command.option('--backend <name[:argument]>', about);
  }
  command
    .option(
      '--time-scale <n>',
      'on real clusters: advance and traffic take 1/n of their time',
      positive,
      1,
    )
    .addOption(
      new Option('--max-real <duration>', 'on real clusters: the run ends after so long')
        .argParser(durationOf)
        .default(realMaxMsByDefault, '10m'),
    )
    .option('--binaries <folder>', "control-plane: where etcd and Kubernetes's programs are")
    .option('--kubeconfig <file>', 'kubeconfig: the file, instead of $KUBECONFIG')
    .option(
      '--namespace-prefix <text>',
      "kubeconfig: what the run's namespaces begin with",
      namespacePrefix,
    )
    .option('--allow-context <name>', 'kubeconfig: run although the context looks like production')
    .option(
      '--i-own-this-cluster',
      'kubeconfig, kind: nodes and objects of the whole cluster may change',
    )
    .option(
      '--host-address <ip>',
      "kubeconfig: this machine as the API server reaches it, for operators' webhooks",
    )
    .addOption(
      new Option(
        '--gpus <way>',
        'kind, k3s: how nodes get GPUs (default: as the scenario needs)',
      ).choices(emulationWays),
    )
    .option('--keep-cluster', 'kind: leave the cluster when the run is over')
    .option('--reuse', 'kind: take the cluster of that name if there is one, and leave it')
    .option('--image <image>', 'kind, k3s: the image of the nodes');
}

/** The backend that is asked for: by flag, environment or configuration, in this order. */
export function backendAsked(given: string | undefined, configured: string | undefined): string {
  return given ?? environment('SEATRIAL_BACKEND') ?? configured ?? 'sim';
}

/** What the flags say. */
export function realSettings(flags: RealFlags): RealSettings {
  const { timeScale, maxReal, binaries, kubeconfig, namespacePrefix } = flags;
  const { allowContext, iOwnThisCluster } = flags;
  return {
    timeScale,
    realMaxMs: maxReal,
    flags: {
      ...(binaries !== undefined && { binaries }),
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(namespacePrefix !== undefined && { namespacePrefix }),
      ...(allowContext !== undefined && { allowContext }),
      ...(iOwnThisCluster !== undefined && { isOwnCluster: iOwnThisCluster }),
      ...(flags.hostAddress !== undefined && { hostAddress: flags.hostAddress }),
      ...(flags.gpus !== undefined && { gpus: flags.gpus }),
      ...(flags.keepCluster !== undefined && { keepsCluster: flags.keepCluster }),
      ...(flags.reuse !== undefined && { reusesCluster: flags.reuse }),
      ...(flags.image !== undefined && { image: flags.image }),
    },
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value === Infinity) throw new InvalidArgumentError('give a number above 0.');
  return value;
}
