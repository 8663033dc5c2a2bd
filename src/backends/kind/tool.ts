/** The commands of kind, as functions: each fails with one clear message. */
import { environment } from '../../host.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { kindFailure } from './failures.js';
import { runCommand, type CommandOptions, type CommandResult } from './run-command.js';

/** The programs that run containers. */
export const containerEngines = ['docker', 'podman', 'nerdctl'] as const;

/** A program that runs containers. */
export type ContainerEngine = (typeof containerEngines)[number];

/** The one that is asked for: by option, by kind's own variable, or docker, which kind looks for first. */
export function engineOf(given: ContainerEngine | undefined): ContainerEngine {
  const variable = environment('KIND_EXPERIMENTAL_PROVIDER');
  return given ?? containerEngines.find(engine => engine === variable) ?? 'docker';
}

/** Which programs are called, and who hears of it. */
export interface ToolOptions {
  /** Default: kind finds one, docker first. */
  readonly engine?: ContainerEngine;
  /** The command or its path. Default: `kind`, or $SEATRIAL_KIND. */
  readonly kind?: string;
  /** Hears kind's progress, line by line. */
  readonly onLine?: (line: string) => void;
}

/** What is made by one create. */
export interface CreateRequest {
  readonly name: string;
  /** The text of the configuration; it is given to kind on its standard input. */
  readonly config: string;
  readonly image?: string;
  /** The file into which kind writes how to reach the cluster. */
  readonly kubeconfig?: string;
  readonly signal?: AbortSignal;
}

/** kind as it is installed on this machine. */
export class KindTool {
  constructor(private readonly options: ToolOptions = {}) {}

  /** The clusters that there are, sorted. */
  async clusters(): Promise<readonly string[]> {
    return lines(await this.run('list clusters', ['get', 'clusters'])).sort();
  }

  /** The nodes of a cluster, sorted; none when there is no such cluster. */
  async nodes(name: string): Promise<readonly string[]> {
    return lines(await this.run('list nodes', ['get', 'nodes', '--name', name])).sort();
  }

  /** The kubeconfig of a cluster, by its address on this machine. */
  async kubeconfig(name: string): Promise<string> {
    return (await this.run('tell the kubeconfig', ['get', 'kubeconfig', '--name', name])).stdout;
  }

  /**
   * Creates a cluster. On a failure its nodes are left: only so can their logs be read. Whoever calls
   * deletes them; the result says how it ended, since who failed must be cleaned up after as well.
   */
  create(request: CreateRequest): Promise<CommandResult> {
    const { name, image, kubeconfig, signal } = request;
    return this.call(
      [
        ...['create', 'cluster', '--name', name, '--config', '-', '--retain'],
        ...(image === undefined ? [] : ['--image', image]),
        ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
      ],
      {
        input: request.config,
        ...(signal !== undefined && { signal }),
        ...(this.options.onLine !== undefined && { onLine: this.options.onLine }),
      },
    );
  }

  /** Deletes a cluster, or what is left of one; one that does not exist is no error to kind. */
  async delete(name: string, kubeconfig?: string): Promise<void> {
    const from = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
    await this.run('delete the cluster', ['delete', 'cluster', '--name', name, ...from]);
  }

  /** Merges the cluster into a kubeconfig file, and makes it the current context there. */
  async merge(name: string, file: string): Promise<void> {
    const words = ['export', 'kubeconfig', '--name', name, '--kubeconfig', file];
    await this.run('merge the kubeconfig', words);
  }

  /** Writes the logs of all nodes into a folder. */
  async exportLogs(name: string, folder: string): Promise<void> {
    await this.run('export logs', ['export', 'logs', folder, '--name', name]);
  }

  /** Loads images of this machine, or archives of images, onto the nodes. */
  async load(name: string, images: readonly string[]): Promise<void> {
    const archives = images.filter(image => image.endsWith('.tar'));
    const others = images.filter(image => !image.endsWith('.tar'));
    for (const [what, chosen] of [
      ['docker-image', others],
      ['image-archive', archives],
    ] as const) {
      if (chosen.length === 0) continue;
      await this.run('load images', ['load', what, ...chosen, '--name', name]);
    }
  }

  /** Which version of cgroups the containers run under; undefined when the engine does not say. */
  async cgroupVersion(): Promise<number | undefined> {
    const engine = engineOf(this.options.engine);
    const format = engine === 'podman' ? 'json' : '{{json .}}';
    const { code, stdout } = await runCommand(engine, ['info', '--format', format]);
    if (code !== 0) return undefined;
    const version = /"[cC]group(?:Version|version)"\s*:\s*"v?(\d)"/.exec(stdout)?.[1];
    return version === undefined ? undefined : Number(version);
  }

  private async run(doing: string, words: readonly string[]): Promise<CommandResult> {
    const result = await this.call(words);
    if (result.code !== 0) throw kindFailure(doing, result);
    return result;
  }

  private call(words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const { engine, kind = 'kind' } = this.options;
    const chosen = engine !== undefined && { environment: { KIND_EXPERIMENTAL_PROVIDER: engine } };
    return runCommand(kind, words, { ...options, ...chosen });
  }
}

const lines = ({ stdout }: CommandResult): string[] =>
  stdout.split('\n').filter(line => line.trim() !== '');

/** The error of whoever asked for a time-out or an abort. */
export function stopped(doing: string, why: 'aborted' | 'timed-out', next?: string): UserError {
  const isAborted = why === 'aborted';
  return new UserError(`${doing} ${isAborted ? 'was stopped' : 'took too long'}`, {
    exitCode: isAborted ? exitCodes.interrupted : exitCodes.backend,
    code: why,
    ...(next !== undefined && { next }),
  });
}
