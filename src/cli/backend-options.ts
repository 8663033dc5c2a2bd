/** The options of commands that can run on real clusters, and how they are read. */
import { InvalidArgumentError, type Command } from 'commander';
import { realBackends } from '../backends/index.js';
import type { BackendFlags } from '../backends/real-backend.js';
import { durationMs } from '../input/duration.js';
import { UserError } from '../input/errors.js';

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
    command.option('--backend <name[:argument]>', `sim: the simulation; ${names}`, 'sim');
  }
  command
    .option(
      '--time-scale <n>',
      'on real clusters: advance and traffic take 1/n of their time',
      positive,
      1,
    )
    .option(
      '--max-real <duration>',
      'on real clusters: the run ends after so long',
      duration,
      600_000,
    )
    .option('--binaries <folder>', "control-plane: where etcd and Kubernetes's programs are")
    .option('--kubeconfig <file>', 'kubeconfig: the file, instead of $KUBECONFIG')
    .option('--namespace-prefix <text>', "kubeconfig: what the run's namespaces begin with")
    .option('--allow-context <name>', 'kubeconfig: run although the context looks like production')
    .option(
      '--i-own-this-cluster',
      'kubeconfig: nodes and objects of the whole cluster may change',
    );
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
    },
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value === Infinity) throw new InvalidArgumentError('give a number above 0.');
  return value;
}

function duration(text: string): number {
  try {
    return durationMs(text);
  } catch (error) {
    if (error instanceof UserError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}
