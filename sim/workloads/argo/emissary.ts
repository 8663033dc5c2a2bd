/** Starts the program of a step, and keeps how it ended, what it printed and what it wrote. @upstream cmd/argoexec/commands/emissary.go */
import { containerFiles } from '../files/container-files.js';
import { shellBeside, type RunBeside } from '../shell/program.js';
import type { ContainerContext, ExecResult, Program, Workload } from '../workload.js';
import { executorLine, isInVolume, keptAt, shared, writtenTemplate } from './template.js';
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
    const captures = context.env['ARGO_INCLUDE_SCRIPT_OUTPUT'] === 'true';
    if (captures) context.log(executorLine(context, 'capturing logs'));
    this.program = inner.start({
      ...context,
      command,
      log: (line, options) => {
        if (captures) this.printed += options?.isPartial === true ? line : `${line}\n`;
        context.log(line, options);
      },
      exit: (code, reason) => this.end(code, reason),
    });
    if (this.name === 'main') this.watchDeadline();
    else this.watchMain();
  }

  private failToStart(problem: string): void {
    const message = `failed to find name in PATH: ${problem}`;
    shared(this.context)?.write(`ctr/${this.name}/exitcode`, '64');
    this.context.terminationMessage(message);
    this.context.log(message);
    this.context.exit(64);
  }

  terminate(signal: string): void {
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
      if (shared(this.context)?.read('ctr/main/exitcode') === undefined) this.watchMain();
      else this.stop();
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
  }

  private toldOutputs(): Readonly<Record<string, string>> {
    const text = this.context.pod.metadata.annotations?.['seatrial.dev/outputs'] ?? '{}';
    return JSON.parse(text) as Readonly<Record<string, string>>;
  }
}

function nothing(): void {}
