/** A container that runs a command of the small shell: a program for the kubelet to start, probe and signal. */
import { systemNameOf } from '../../api/host-name.js';
import type { Timer } from '../../engine/clock.js';
import type {
  ContainerContext,
  Conversation,
  ExecResult,
  NetworkReply,
  ProbeRequest,
  ProbeResult,
  Program,
} from '../workload.js';
import { root } from '../files/facts.js';
import { containerFiles } from '../files/container-files.js';
import { moveTo } from './builtins.js';
import { waitsPlayably } from './partly-known.js';
import { pathFrom } from './relative-files.js';
import { isHttpRequest } from '../../api/http-message.js';
import type { ShellHost, ShellMessage, StrangePrograms } from './host.js';
import { isKnownName, isShellCommand } from './knows.js';
import { type Job, type Run, ShellExit, type Streams } from './job.js';
import { Input } from './input.js';
import { Shell } from './run.js';
import { Variables } from './variables.js';

/** Starts a command in a container. */
export function startShell(context: ContainerContext): Program {
  return new ShellProgram(context);
}

/**
 * Starts a command that waits for others and calls programs of which nothing is known: those end as is said
 * here. What the cluster cannot know of, it is taken to find.
 */
export function startWaiting(context: ContainerContext, strange: StrangePrograms): Program {
  return new ShellProgram(context, strange);
}

/**
 * Runs commands beside a program that has no shell of its own, in the container's files: what a system's
 * image would have answered to exec. Undefined for a command that only the program's image could know.
 */
export function shellBeside(context: ContainerContext): RunBeside {
  const nothing = () => undefined;
  const command = ['sh', '-c', ''];
  const shell = new ShellProgram({
    ...context,
    command,
    log: nothing,
    exit: nothing,
    use: nothing,
  });
  return (words, stdin, done) =>
    isBareShell(words) || isShellCommand(words, 'all') ? shell.run(words, stdin, done) : undefined;
}

/** The same for a shell whose input still comes. */
export function talkBeside(context: ContainerContext): NonNullable<Program['converse']> {
  const nothing = () => undefined;
  const command = ['sh', '-c', ''];
  const shell = new ShellProgram({
    ...context,
    command,
    log: nothing,
    exit: nothing,
    use: nothing,
  });
  return (words, write, done) => shell.converse(words, write, done);
}

/**
 * Runs commands that wait for something, beside a program of which nothing is known. What they call besides is
 * taken to succeed at once; undefined for a command that waits for nothing, or for what nobody can know.
 */
export function waitBeside(context: ContainerContext): RunBeside {
  const nothing = () => undefined;
  const shell = new ShellProgram(
    { ...context, command: ['sh', '-c', ''], log: nothing, exit: nothing, use: nothing },
    { afterMs: 0, status: 0 },
  );
  return (words, stdin, done) => (waitsPlayably(words) ? shell.run(words, stdin, done) : undefined);
}

/** Runs a command as `Program.run` does; undefined where the command is not known. */
export type RunBeside = (
  words: readonly string[],
  stdin: string,
  done: (result: ExecResult) => void,
) => (() => void) | undefined;

/** Why a command cannot be started in an image that holds what this shell knows; undefined when it can. */
export function shellStartError(command: readonly string[]): string | undefined {
  const [name = ''] = command;
  const quoted = JSON.stringify(name);
  const isKnown = isKnownName(name);
  if (!name.includes('/')) {
    return isKnown ? undefined : `exec: ${quoted}: executable file not found in $PATH`;
  }
  if (isKnown) return undefined;
  if (/^\/etc\/(?:passwd|group|hosts)$/.test(name)) return `exec: ${quoted}: permission denied`;
  return `exec: ${quoted}: stat ${name}: no such file or directory`;
}

class ShellProgram implements Program {
  private readonly host: ShellHost;
  private readonly shell: Shell;
  private readonly ports = new Map<number, string>();
  private readonly stdin: Input;
  private pids = 7;
  private partialLine = '';
  /** Cuts the builtin `wait` short. */
  private interrupt: (() => void) | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly strange?: StrangePrograms,
  ) {
    this.host = this.makeHost();
    const { stdin, tty } = context.container;
    this.stdin = new Input('', stdin === true && tty !== true);
    const write = (text: string) => this.write(text);
    this.shell = new Shell(
      this.host,
      Variables.of(Object.entries(context.env)),
      { stdin: this.stdin, out: write, err: write },
      (shell, run) => this.startJob(shell, run),
      1,
    );
    this.place(this.shell);
    this.drive(this.shell, this.shell.commandLine(context.command), status => {
      if (this.partialLine !== '') context.log(this.partialLine, { isPartial: true });
      context.exit(status);
    });
  }

  input(piece: string | undefined): void {
    this.stdin.add(piece);
  }

  /** What the container names without a folder is in its working directory. */
  private place(shell: Shell): void {
    const { workingDir = '' } = this.context.container;
    if (workingDir !== '') moveTo(shell, pathFrom('/', workingDir));
  }

  terminate(signal: string): void {
    this.deliver(signal.replace(/^SIG/, ''));
  }

  /** A first process is only sent what it handles: the kernel drops the rest. */
  private deliver(signal: string): void {
    const action = this.shell.traps.get(signal);
    if (action === undefined || action === '') return;
    this.shell.pending.push(signal);
    this.interrupt?.();
  }

  probe(request: ProbeRequest): ProbeResult {
    if (request.kind === 'exec') return { isSuccess: true };
    const root = this.ports.get(request.port);
    if (root === undefined) return { isSuccess: false, isRefused: true };
    if (request.kind !== 'http') return { isSuccess: true };
    const path = request.path.split('?')[0] ?? '/';
    const file = `${root}${path.endsWith('/') ? `${path}index.html` : path}`;
    if (this.host.files.read(file) !== undefined) return { isSuccess: true };
    return { isSuccess: false, message: 'HTTP probe failed with statuscode: 404' };
  }

  run(words: readonly string[], stdin: string, done: (result: ExecResult) => void): () => void {
    const command = isBareShell(words) ? [words[0] ?? '', '-c', stdin] : words;
    const startError = this.strange === undefined ? shellStartError(command) : undefined;
    if (startError !== undefined) {
      done({ stdout: '', stderr: '', exitCode: 126, startError });
      return () => undefined;
    }
    let [stdout, stderr] = ['', ''];
    const streams = {
      stdin: new Input(stdin),
      out: (text: string) => void (stdout += text),
      err: (text: string) => void (stderr += text),
    };
    const driven = this.another(command, streams, exitCode => done({ stdout, stderr, exitCode }));
    return () => driven.stop();
  }

  converse(
    ...[words, write, done]: Parameters<NonNullable<Program['converse']>>
  ): Conversation | undefined {
    if (!isBareShell(words)) return undefined;
    const stdin = new Input('', true);
    const streams = {
      stdin,
      out: (text: string) => write(text, 'stdout'),
      err: (text: string) => write(text, 'stderr'),
    };
    const driven = this.another(words, streams, exitCode =>
      done({ stdout: '', stderr: '', exitCode }),
    );
    return { input: piece => stdin.add(piece), stop: () => driven.stop() };
  }

  /** Runs a command in a shell of its own. */
  private another(
    command: readonly string[],
    streams: Streams,
    done: (status: number) => void,
  ): { stop(): void } {
    const environment = Variables.of(Object.entries(this.context.env));
    const shell = new Shell(
      this.host,
      environment,
      streams,
      (child, run) => this.startJob(child, run),
      this.pids++,
    );
    this.place(shell);
    return this.drive(shell, shell.commandLine(command), done);
  }

  /** Runs in virtual time; `done` gets the exit status. */
  private drive(shell: Shell, run: Run, done: (status: number) => void): { stop(): void } {
    let timer: Timer | undefined;
    let isOver = false;
    const advance = (how: 'done' | 'signal'): void => {
      if (isOver) return;
      const step = next(run, how);
      if (step.done === true) {
        isOver = true;
        done(step.value);
        return;
      }
      const wait = step.value;
      if (wait.kind === 'sleep') {
        timer = this.context.clock.after(wait.ms, 'workloads/sleep', () => advance('done'));
        return;
      }
      if (wait.kind === 'answer') return wait.start(() => advance('done'));
      let isWaiting = true;
      const go = (result: 'done' | 'signal') => {
        if (!isWaiting) return;
        isWaiting = false;
        if (shell === this.shell) this.interrupt = undefined;
        advance(result);
      };
      const interrupt = (): void => go('signal');
      if (shell === this.shell) this.interrupt = interrupt;
      if (wait.job.status === undefined) wait.job.whenDone.push(() => go('done'));
      else go('done');
    };
    advance('done');
    return {
      stop: () => {
        isOver = true;
        timer?.cancel();
      },
    };
  }

  private startJob(shell: Shell, run: Run): Job {
    const end = (status: number) => {
      if (job.status !== undefined) return;
      job.status = status;
      for (const tell of job.whenDone) tell();
    };
    const job: Job = {
      pid: this.pids++,
      status: undefined,
      whenDone: [],
      stop: status => {
        driven?.stop();
        end(status);
      },
    };
    // eslint-disable-next-line prefer-const -- `stop` needs it before it is known
    let driven: { stop(): void } | undefined;
    driven = this.drive(shell, run, end);
    return job;
  }

  private write(text: string): void {
    const lines = (this.partialLine + text).split('\n');
    this.partialLine = lines.pop() ?? '';
    for (const line of lines) this.context.log(line);
  }

  private makeHost(): ShellHost {
    const { context, strange } = this;
    return {
      nowMs: () => context.clock.now(),
      hostname: systemNameOf(context.pod),
      files: containerFiles(context),
      user: context.user ?? root,
      isPrivileged: isPrivileged(context),
      network: strange === undefined ? context.network : withElsewhere(context.network),
      namespace: context.pod.metadata.namespace ?? 'default',
      api: (request, done) => context.api(request, done),
      ...(strange !== undefined && { strange }),
      send: (message, done) => {
        if (strange !== undefined && isElsewhere(context, message)) answerElsewhere(message, done);
        else sendWithin(context, message, done);
      },
      listen: (port, root) => void this.ports.set(port, root),
      useMemory: memoryBytes => context.use({ cpuMillis: 1, memoryBytes }),
      mainName: () => this.shell.executed ?? 'sh',
      signalMain: signal => {
        // Only from outside its own process namespace can a first process be killed.
        if (signal === 'KILL' && context.pod.spec?.shareProcessNamespace === true)
          context.exit(137);
        else this.deliver(signal);
      },
    };
  }
}

/** A shell that is told no script reads it from its input. */
function isBareShell([name = '', ...args]: readonly string[]): boolean {
  const base = name.split('/').at(-1) ?? '';
  return ['sh', 'ash', 'bash'].includes(base) && args.every(arg => /^-[^c]*$/.test(arg));
}

function next(run: Run, how: 'done' | 'signal'): ReturnType<Run['next']> {
  try {
    return run.next(how);
  } catch (error) {
    if (error instanceof ShellExit) return { done: true, value: error.status };
    throw error;
  }
}

function isPrivileged({ container }: ContainerContext): boolean {
  const { privileged, capabilities } = container.securityContext ?? {};
  return (
    privileged === true ||
    (capabilities?.add ?? []).some(name => /^(CAP_)?(ALL|NET_ADMIN)$/.test(name))
  );
}

/** Whether nobody of this cluster is meant: a host outside of it, or one that nobody told. */
function isElsewhere({ network }: ContainerContext, { host, port }: ShellMessage): boolean {
  return host === '' || !(port > 0) || network.isElsewhere?.(host) === true;
}

/** Whoever is meant is taken to be there, and content with what is asked. */
function answerElsewhere({ payload }: ShellMessage, done: (reply: NetworkReply) => void): void {
  const page = { status: 200, contentType: 'text/plain', body: '' };
  done({ isOk: true, payload: isHttpRequest(payload) ? page : { protocol: 'tcp', text: '' } });
}

/** An address that is nobody's. @upstream RFC 5737 */
const documentationAddress = '192.0.2.1';

function withElsewhere(network: ContainerContext['network']): ContainerContext['network'] {
  const resolve = (host: string): readonly string[] =>
    host === '' || network.isElsewhere?.(host) === true
      ? [documentationAddress]
      : network.resolve(host);
  return { ...network, resolve };
}

/** Sends a message; who has not answered in time has not answered at all. */
function sendWithin(
  { clock, network }: ContainerContext,
  { host, port, protocol = 'TCP', payload, timeoutMs }: ShellMessage,
  done: (reply: NetworkReply) => void,
): void {
  let isOver = false;
  const end = (reply: NetworkReply): void => {
    if (isOver) return;
    isOver = true;
    timer.cancel();
    done(reply);
  };
  const late = { isOk: false, error: 'timeout' } as const;
  const timer = clock.after(timeoutMs, 'workloads/command times out', () => end(late));
  network.send({ host, port, protocol }, payload, end);
}
