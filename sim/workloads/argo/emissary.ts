/** Starts the program of a step, and keeps how it ended, what it printed and what it wrote. @upstream cmd/argoexec/commands/emissary.go */
import { containerFiles } from '../files/container-files.js';
import { shellBeside, type RunBeside } from '../shell/program.js';
import type { ContainerContext, ExecResult, Program, Workload } from '../workload.js';
import { parseDuration } from '../../api/duration.js';
import { contentsAt, putAt } from './artifacts.js';
import {
  artifactAt,
  executorLine,
  isInVolume,
  isSeenBeside,
  keptAt,
  mainNames,
  shared,
  writtenTemplate,
} from './template.js';
import type { StepTemplate } from './template.js';

/** `argoexec emissary -- command`: the program under it, and whether all that it does is played. */
export function emissary(inner: Workload, command: readonly string[], isReal: boolean): Workload {
  return {
    name: `argoexec-emissary ${inner.name}`,
    ...(inner.readsGpus !== undefined && { readsGpus: inner.readsGpus }),
    ...(inner.readsNode !== undefined && { readsNode: inner.readsNode }),
    start: context => new Emissary(context, inner, command, isReal),
  };
}

const lookMs = 1000;
const graceMs = 30_000;

class Emissary implements Program {
  private readonly name: string;
  private readonly template: StepTemplate;
  private program: Program | undefined;
  private printed = '';
  private isOver = false;
  private isStopping = false;
  private watches = false;
  private tries = 0;
  private besideShell: RunBeside | undefined;

  constructor(
    private readonly context: ContainerContext,
    inner: Workload,
    command: readonly string[],
    private readonly isReal: boolean,
  ) {
    this.name = context.env['ARGO_CONTAINER_NAME'] ?? context.container.name;
    this.template = writtenTemplate(context);
    const problem = inner.startError?.(command);
    if (problem !== undefined) {
      this.failToStart(problem);
      return;
    }
    this.afterDependencies(() => this.launch(inner, command));
  }

  /** A container of many waits for those that it depends on. */
  private afterDependencies(begin: () => void): void {
    const { containers = [] } = this.template.containerSet ?? {};
    const { dependencies = [] } = containers.find(({ name }) => name === this.name) ?? {};
    const look = (): void => {
      if (this.isOver) return;
      for (const name of dependencies) {
        const code = shared(this.context)?.read(`ctr/${name}/exitcode`);
        if (code === undefined) {
          this.context.clock.after(lookMs, 'argoexec waits for a dependency', look);
          return;
        }
        if (code !== '0')
          return this.refuse(`dependency "${name}" exited with non-zero code: ${code}`);
      }
      begin();
    };
    look();
  }

  private launch(inner: Workload, command: readonly string[]): void {
    const { context } = this;
    const captures = context.env['ARGO_INCLUDE_SCRIPT_OUTPUT'] === 'true';
    const keeps = this.template.archiveLocation?.['archiveLogs'] === true;
    if (captures || keeps) context.log(executorLine(context, 'capturing logs'));
    this.program = inner.start({
      ...context,
      command,
      log: (line, options) => {
        if (captures || keeps) this.printed += options?.isPartial === true ? line : `${line}\n`;
        context.log(line, options);
      },
      exit: (code, reason) => this.programEnded(code, reason, () => this.launch(inner, command)),
    });
    if (this.watches) return;
    this.watches = true;
    if (mainNames(this.template).includes(this.name)) this.watchDeadline();
    else this.watchMain();
  }

  /** What fails in a set of containers may be tried again, in the same container. */
  private programEnded(code: number, reason: 'OOMKilled' | undefined, again: () => void): void {
    const { retries = 0, duration = '' } = this.template.containerSet?.retryStrategy ?? {};
    this.tries++;
    const mayTry = code !== 0 && reason === undefined && this.tries < Number(retries);
    if (!mayTry || this.isStopping) return this.end(code, reason);
    const parsed = parseDuration(duration);
    const waitMs = parsed.isOk ? parsed.value / 1e6 : 0;
    this.context.clock.after(waitMs, 'argoexec tries again', () => {
      if (!this.isOver) again();
    });
  }

  private failToStart(problem: string): void {
    this.refuse(`failed to find name in PATH: ${problem}`);
  }

  private refuse(message: string): void {
    this.isOver = true;
    shared(this.context)?.write(`ctr/${this.name}/exitcode`, '64');
    this.context.terminationMessage(message);
    this.context.log(message);
    this.context.exit(64);
  }

  terminate(signal: string): void {
    this.isStopping = true;
    const { program } = this;
    if (program === undefined) return this.end(143);
    if (program.terminate === undefined) this.end(143);
    else program.terminate(signal);
  }

  probe: Program['probe'] = request => this.program?.probe?.(request) ?? { isSuccess: true };

  deviceLost(deviceId: string, xid: number): void {
    this.program?.deviceLost?.(deviceId, xid);
  }

  ended(): void {
    this.program?.ended?.();
  }

  run(words: readonly string[], stdin: string, done: (result: ExecResult) => void): () => void {
    const { program, context } = this;
    if (words[0] === '/var/run/argo/argoexec' && words[1] === 'kill') {
      done({ stdout: '', stderr: '', exitCode: 0 });
      if (words[2] === '9') this.end(137);
      else this.terminate('SIGTERM');
      return nothing;
    }
    if (program?.run !== undefined) return program.run(words, stdin, done);
    if (program?.exec !== undefined) {
      done(program.exec(words, stdin));
      return nothing;
    }
    this.besideShell ??= shellBeside(context);
    const stop = this.besideShell(words, stdin, done);
    if (stop !== undefined) return stop;
    const [name = ''] = words;
    const startError = `exec: ${JSON.stringify(name)}: executable file not found in $PATH`;
    done({ stdout: '', stderr: '', exitCode: 126, startError });
    return nothing;
  }

  private watchDeadline(): void {
    const { clock, env } = this.context;
    const deadlineMs = Date.parse(env['ARGO_DEADLINE'] ?? '');
    if (Number.isNaN(deadlineMs) || deadlineMs < 0) return;
    clock.after(Math.max(deadlineMs - clock.now(), 0), 'argoexec deadline', () => this.stop());
  }

  /** What runs beside a step ends with it. */
  private watchMain(): void {
    this.context.clock.after(lookMs, 'argoexec waits for the step', () => {
      if (this.isOver) return;
      const isDone = mainNames(this.template).every(
        name => shared(this.context)?.read(`ctr/${name}/exitcode`) !== undefined,
      );
      if (isDone) this.stop();
      else this.watchMain();
    });
  }

  private stop(): void {
    if (this.isOver) return;
    this.terminate('SIGTERM');
    this.context.clock.after(graceMs, 'argoexec kills', () => this.end(137));
  }

  private end(code: number, reason?: 'OOMKilled'): void {
    if (this.isOver) return;
    this.isOver = true;
    const { context, name } = this;
    // Where the kernel ends everything in the container nothing is written.
    if (reason !== undefined) return context.exit(code, reason);
    const error = code === 0 ? '<nil>' : `exit status ${code}`;
    context.log(executorLine(context, 'sub-process exited', `error=${JSON.stringify(error)}`));
    if (name === 'main') this.keepOutputs(code);
    const files = shared(context);
    const told = context.pod.metadata.annotations?.['seatrial.dev/result'];
    const stdout = this.isReal ? this.printed : (told ?? this.printed);
    if (stdout !== '') files?.write(`ctr/${name}/stdout`, stdout);
    if (this.printed !== '') files?.write(`ctr/${name}/combined`, this.printed);
    files?.write(`ctr/${name}/exitcode`, String(code));
    context.exit(code);
  }

  /** Files that are outputs are kept where the executor finds them. */
  private keepOutputs(code: number): void {
    const files = containerFiles(this.context);
    const told = this.toldOutputs();
    for (const { name, valueFrom } of this.template.outputs?.parameters ?? []) {
      const { path = '' } = valueFrom ?? {};
      if (path === '') continue;
      // Of a program that is only played it is not known what it writes.
      const byHand = this.isReal || code !== 0 ? undefined : (told[name] ?? '');
      const content = files.read(path) ?? byHand;
      if (content === undefined) continue;
      if (isInVolume(this.template, path)) files.write(path, content);
      else shared(this.context)?.write(keptAt(path), content);
    }
    this.keepArtifacts(code, told);
  }

  private keepArtifacts(code: number, told: Readonly<Record<string, string>>): void {
    const files = containerFiles(this.context);
    for (const { name, path = '', optional } of this.template.outputs?.artifacts ?? []) {
      if (path === '') continue;
      const isUnknown = !this.isReal && code === 0 && optional !== true;
      const byHand = isUnknown || told[name] !== undefined ? (told[name] ?? '') : undefined;
      const contents = contentsAt(files, path) ?? byHand;
      if (contents === undefined) continue;
      if (isSeenBeside(this.template, path)) putAt(files, path, contents);
      else shared(this.context)?.write(artifactAt(path), JSON.stringify(contents));
    }
  }

  private toldOutputs(): Readonly<Record<string, string>> {
    const text = this.context.pod.metadata.annotations?.['seatrial.dev/outputs'] ?? '{}';
    return JSON.parse(text) as Readonly<Record<string, string>>;
  }
}

function nothing(): void {}
