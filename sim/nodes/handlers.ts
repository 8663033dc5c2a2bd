/** Runs probes and lifecycle hooks in a container, and words what comes of them. */
import type { Container, Pod } from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import type { ExecResult, ProbeResult, Program } from '../workloads/workload.js';
import { agentProbe, asAgentTells, unknownToAgent, type AgentProbe } from './agent-probe.js';
import type { RuntimeContainer } from './container.js';
import { knockAt, resultOfKnock } from './knock-at.js';
import type { KubeletContext } from './context.js';
import { formatPod } from './pod-spec.js';
import { refusedText, timeoutText, type NetworkProbe } from './probe-texts.js';
import { Signal, type Task } from './task.js';
import { draw } from './timings.js';

/** A probe's or hook's action, as both kinds spell it. */
export interface Action {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: {
    readonly path?: string;
    readonly port: number | string;
    readonly host?: string;
    readonly scheme?: string;
  };
  readonly tcpSocket?: { readonly port: number | string; readonly host?: string };
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly sleep?: { readonly seconds: number };
}

/** What came of an action. `error` is none of the program's making: it does not count as a failure. */
export type ActionResult =
  | {
      readonly kind: 'success';
      /** As long as this program runs. */
      readonly isForGood?: boolean;
    }
  | { readonly kind: 'failure'; readonly output: string; readonly exitCode?: number }
  | { readonly kind: 'error'; readonly output: string };

/** Where an action runs. */
export interface ActionTarget {
  readonly spec: Container;
  readonly container: RuntimeContainer;
  readonly podIp: string;
  /** Undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
  /** A hook takes the time that it waits, also where nothing is known of the program. */
  readonly isHook?: boolean;
  /** Whose container it is, where the sidecar of a mesh may be asked in its place. */
  readonly pod?: Pod;
}

/** Runs a probe's action. It takes the time that the program says. */
export function* runAction(
  context: KubeletContext,
  action: Action,
  target: ActionTarget,
): Task<ActionResult> {
  const { container } = target;
  const agent = agentProbe(context, action, target.pod);
  if (agent !== undefined) return yield* askAgent(context, action, agent, target);
  if (action.sleep !== undefined) {
    yield container.exited.waitAtMost(context.clock, action.sleep.seconds * 1_000, 'nodes/hook');
    return { kind: 'success' };
  }
  if (container.record.state === 'running') yield container.launched.wait;
  const program = container.running;
  if (action.exec !== undefined) {
    if (program === undefined) return notRunning(container);
    return yield* runExec(context, action.exec.command ?? [], { program, target });
  }
  return yield* runRequest(context, action, { program, target });
}

/** The kubelet waits for the agent no longer than it would for the program. */
function* askAgent(
  context: KubeletContext,
  asked: Action,
  { action, isUp }: AgentProbe,
  { pod: _, ...target }: ActionTarget,
): Task<ActionResult> {
  const request = requestOf(asked, target.spec);
  const limitMs = target.timeoutMs ?? Infinity;
  if (!isUp && request !== undefined) {
    return { kind: 'failure', output: refusedText(request, target.podIp, limitMs) };
  }
  if (action === undefined) return unknownToAgent;
  const startMs = context.clock.now();
  const result = yield* runAction(context, action, target);
  const isLate = result.kind === 'failure' && context.clock.now() - startMs >= limitMs;
  if (!isLate || request === undefined) return asAgentTells(result);
  return { kind: 'failure', output: timeoutText(request, target.podIp, limitMs) };
}

/** The pod still has its address when its program has ended: nobody listens there. */
const ended: ProbeResult = { isSuccess: false, isRefused: true };
const answered: ProbeResult = { isSuccess: true };

interface Running {
  readonly program: Program;
  readonly target: ActionTarget;
}

function notRunning(container: RuntimeContainer): ActionResult {
  const task = `no running task found: task ${container.record.id} not found`;
  const text = `failed to exec in container: failed to load task: ${task}`;
  return { kind: 'error', output: `rpc error: code = NotFound desc = ${text}` };
}

function* runExec(
  context: KubeletContext,
  command: readonly string[],
  { program, target }: Running,
): Task<ActionResult> {
  const { clock } = context;
  const { container } = target;
  const limitMs = target.timeoutMs ?? Infinity;
  const started = execute(program, target, command);
  // What takes no time of its own takes what a runtime needs to run it.
  if (started.result === undefined) {
    yield limitMs === Infinity
      ? started.finished.wait
      : started.finished.waitAtMost(clock, limitMs, 'nodes/exec');
    if (started.result === undefined) {
      started.stop();
      return timedOut(command, limitMs);
    }
    return resultOf(context, started.result);
  }
  const { result } = started;
  const takesMs = result.afterMs ?? draw(context.random, context.timings.exec);
  yield container.exited.waitAtMost(clock, Math.min(takesMs, limitMs), 'nodes/exec');
  if (result.startError === undefined) {
    if (takesMs > limitMs) return timedOut(command, limitMs);
    const wasKilled = container.exited.isFired && takesMs > 0 && result.afterMs !== undefined;
    if (wasKilled) return { kind: 'failure', output: '', exitCode: 137 };
  }
  return resultOf(context, result);
}

function timedOut(command: readonly string[], limitMs: number): ActionResult {
  const seconds = `${limitMs / 1_000}s`;
  const output = `command timed out: ${goQuote(command.join(' '))} timed out after ${seconds}`;
  return { kind: 'failure', output };
}

function resultOf(context: KubeletContext, result: ExecResult): ActionResult {
  if (result.startError !== undefined) {
    const what = `OCI runtime exec failed: exec failed: unable to start container process: ${result.startError}`;
    const text = `failed to exec in container: failed to start exec "${execId(context)}": ${what}`;
    return { kind: 'error', output: `rpc error: code = Unknown desc = ${text}` };
  }
  if (result.exitCode === 0) return { kind: 'success' };
  return { kind: 'failure', output: result.stdout + result.stderr, exitCode: result.exitCode };
}

interface StartedCommand {
  /** Undefined as long as it runs. */
  result: ExecResult | undefined;
  readonly finished: Signal;
  readonly stop: () => void;
}

function execute(
  program: Program,
  { container, isHook = false }: ActionTarget,
  command: readonly string[],
): StartedCommand {
  const finished = new Signal();
  const started: { result: ExecResult | undefined } = { result: undefined };
  const end = (result: ExecResult | undefined): void => {
    started.result = result;
    finished.fire();
  };
  const isUnknown = program.run === undefined && program.exec === undefined;
  // What comes of a hook of an unknown program is not known: it is taken to succeed.
  const waits = isUnknown && isHook ? container.waitOut(command, () => end(done)) : undefined;
  if (isUnknown && waits === undefined) {
    return { result: probed(program, command), finished, stop: () => undefined };
  }
  const stop = waits ?? container.exec(command, '', end);
  return Object.assign(started, { finished, stop });
}

const done: ExecResult = { stdout: '', stderr: '', exitCode: 0 };

/** A program that runs no commands is asked as if it were the command. */
function probed(program: Program, command: readonly string[]): ExecResult {
  const result = program.probe?.({ kind: 'exec', command }) ?? { isSuccess: true };
  const exitCode = result.isSuccess ? 0 : 1;
  const stdout = result.message ?? '';
  return {
    stdout,
    stderr: '',
    exitCode,
    ...(result.afterMs !== undefined && { afterMs: result.afterMs }),
  };
}

function execId({ random }: KubeletContext): string {
  let id = '';
  while (id.length < 64) id += random.integer(0x1_0000_0000).toString(16).padStart(8, '0');
  return id;
}

function* runRequest(
  context: KubeletContext,
  action: Action,
  { program, target }: { readonly program: Program | undefined; readonly target: ActionTarget },
): Task<ActionResult> {
  const request = requestOf(action, target.spec);
  if (request === undefined) return { kind: 'error', output: 'invalid port' };
  const elsewhere = action.httpGet?.host ?? action.tcpSocket?.host ?? target.podIp;
  if (elsewhere !== target.podIp && request.kind !== 'grpc') {
    return resultOfKnock(yield* knockAt(context, request, { host: elsewhere, ...target }));
  }
  const result = program === undefined ? ended : (program.probe?.(request) ?? answered);
  const takesMs = result.afterMs ?? 1;
  const limitMs = target.timeoutMs ?? Infinity;
  const isHanging = request.kind === 'grpc' && result.isRefused === true;
  yield Math.min(isHanging ? limitMs : takesMs, limitMs);
  const host = action.httpGet?.host ?? action.tcpSocket?.host ?? target.podIp;
  if (takesMs > limitMs) return { kind: 'failure', output: timeoutText(request, host, limitMs) };
  if (result.isSuccess) return result.isForGood === true ? successForGood : success;
  const output = result.isRefused === true ? refusedText(request, host, limitMs) : result.message;
  return { kind: 'failure', output: output ?? '' };
}

const success: ActionResult = { kind: 'success' };
const successForGood: ActionResult = { kind: 'success', isForGood: true };

function requestOf(action: Action, spec: Container): NetworkProbe | undefined {
  const { httpGet, tcpSocket, grpc } = action;
  if (httpGet !== undefined) {
    const port = portNumber(httpGet.port, spec);
    const scheme = (httpGet.scheme ?? 'HTTP').toLowerCase();
    return port === undefined
      ? undefined
      : { kind: 'http', path: httpGet.path ?? '/', port, scheme };
  }
  if (tcpSocket !== undefined) {
    const port = portNumber(tcpSocket.port, spec);
    return port === undefined ? undefined : { kind: 'tcp', port };
  }
  if (grpc === undefined) return undefined;
  return { kind: 'grpc', port: grpc.port, service: grpc.service ?? '' };
}

function portNumber(port: number | string, spec: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = spec.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

/** The side-car of Knative's pods keeps a port that no container declares, for hooks alone. */
function isOfQueue({ spec }: Pod, request: NetworkProbe | undefined): boolean {
  if (request?.kind !== 'http' || request.port !== queueAdminPort) return false;
  return spec?.containers.some(({ name }) => name === 'queue-proxy') === true;
}

const queueAdminPort = 8022;

/** A hook by HTTP may be for another container of the pod, or lead on to another host. */
function* runHookAction(
  context: KubeletContext,
  pod: Pod,
  handler: Action,
  target: ActionTarget,
): Task<ActionResult> {
  const { httpGet } = handler;
  const agent = agentProbe(context, handler, pod);
  if (agent !== undefined) {
    const { action, isUp } = agent;
    if (action === undefined || !isUp) return yield* askAgent(context, handler, agent, target);
    return asAgentTells(yield* runHookAction(context, pod, action, target));
  }
  const program = target.container.running;
  const request = httpGet === undefined ? undefined : requestOf(handler, target.spec);
  const answersItself =
    program?.probe !== undefined && httpGet?.host === undefined && !isOfQueue(pod, request);
  if (request?.kind !== 'http' || answersItself) return yield* runAction(context, handler, target);
  const host = httpGet?.host ?? target.podIp;
  const came = yield* knockAt(context, request, { ...target, host, follows: true });
  const isUnknown = came.kind === 'refused' && program !== undefined;
  // Of a program that is not played it is not known whether it listens.
  return isUnknown ? yield* runAction(context, handler, target) : resultOfKnock(came);
}

/** Runs a hook; returns why it failed. @upstream pkg/kubelet/lifecycle/handlers.go */
export function* runHook(
  context: KubeletContext,
  pod: Pod,
  handler: Action,
  target: ActionTarget,
): Task<string | undefined> {
  const result = yield* runHookAction(context, pod, handler, { ...target, isHook: true });
  if (result.kind === 'success') return undefined;
  const where = `for Container ${goQuote(target.spec.name)} in Pod ${goQuote(formatPod(pod))} failed`;
  if (handler.httpGet !== undefined) {
    // A hook is content with any answer.
    if (result.output.startsWith('HTTP probe failed')) return undefined;
    return `HTTP lifecycle hook (${handler.httpGet.path ?? ''}) ${where} - error: ${result.output}`;
  }
  const command = handler.exec?.command ?? [];
  const exited = 'exitCode' in result ? result.exitCode : undefined;
  const error =
    exited === undefined ? result.output : `command '${command.join(' ')}' exited with ${exited}: `;
  const message = `error: ${error}, message: ${goQuote(result.kind === 'failure' ? result.output : '')}`;
  return `Exec lifecycle hook ([${command.join(' ')}]) ${where} - ${message}`;
}
