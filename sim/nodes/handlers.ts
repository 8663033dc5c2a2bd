/** Runs probes and lifecycle hooks in a container, and words what comes of them. */
import type { Container, Pod } from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import type { ExecResult, ProbeRequest, ProbeResult, Program } from '../workloads/workload.js';
import type { RuntimeContainer } from './container.js';
import type { KubeletContext } from './context.js';
import { formatPod } from './pod-spec.js';
import type { Task } from './task.js';
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
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly output: string; readonly exitCode?: number }
  | { readonly kind: 'error'; readonly output: string };

/** Where an action runs. */
export interface ActionTarget {
  readonly spec: Container;
  readonly container: RuntimeContainer;
  readonly podIp: string;
  /** Undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
}

/** Runs a probe's action. It takes the time that the program says. */
export function* runAction(
  context: KubeletContext,
  action: Action,
  target: ActionTarget,
): Task<ActionResult> {
  const { container } = target;
  if (action.sleep !== undefined) {
    yield container.exited.waitAtMost(context.clock, action.sleep.seconds * 1_000, 'nodes/hook');
    return { kind: 'success' };
  }
  if (container.record.state === 'running') yield container.launched.wait;
  const program = container.running;
  if (program === undefined) return notRunning(container, action);
  if (action.exec !== undefined) {
    return yield* runExec(context, action.exec.command ?? [], { program, target });
  }
  return yield* runRequest(context, action, { program, target });
}

interface Running {
  readonly program: Program;
  readonly target: ActionTarget;
}

function notRunning(container: RuntimeContainer, action: Action): ActionResult {
  if (action.exec === undefined) return { kind: 'failure', output: '' };
  const task = `no running task found: task ${container.record.id} not found`;
  const text = `failed to exec in container: failed to load task: ${task}`;
  return { kind: 'error', output: `rpc error: code = NotFound desc = ${text}` };
}

function* runExec(
  context: KubeletContext,
  command: readonly string[],
  { program, target }: Running,
): Task<ActionResult> {
  const result = execute(program, command);
  const takesMs = result.afterMs ?? draw(context.random, context.timings.exec);
  const limitMs = target.timeoutMs ?? Infinity;
  yield target.container.exited.waitAtMost(context.clock, Math.min(takesMs, limitMs), 'nodes/exec');
  if (result.startError !== undefined) {
    const what = `OCI runtime exec failed: exec failed: unable to start container process: ${result.startError}`;
    const text = `failed to exec in container: failed to start exec "${execId(context)}": ${what}`;
    return { kind: 'error', output: `rpc error: code = Unknown desc = ${text}` };
  }
  if (takesMs > limitMs) {
    const seconds = `${limitMs / 1_000}s`;
    const output = `command timed out: ${goQuote(command.join(' '))} timed out after ${seconds}`;
    return { kind: 'failure', output };
  }
  const wasKilled = target.container.exited.isFired && takesMs > 0 && result.afterMs !== undefined;
  if (wasKilled) return { kind: 'failure', output: '', exitCode: 137 };
  if (result.exitCode === 0) return { kind: 'success' };
  return { kind: 'failure', output: result.stdout + result.stderr, exitCode: result.exitCode };
}

function execute(program: Program, command: readonly string[]): ExecResult {
  if (program.exec !== undefined) return program.exec(command);
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
  { program, target }: Running,
): Task<ActionResult> {
  const request = requestOf(action, target.spec);
  if (request === undefined) return { kind: 'error', output: 'invalid port' };
  const result: ProbeResult = program.probe?.(request) ?? { isSuccess: true };
  const takesMs = result.afterMs ?? 1;
  const limitMs = target.timeoutMs ?? Infinity;
  const isHanging = request.kind === 'grpc' && result.isRefused === true;
  yield Math.min(isHanging ? limitMs : takesMs, limitMs);
  const host = action.httpGet?.host ?? action.tcpSocket?.host ?? target.podIp;
  if (takesMs > limitMs) return { kind: 'failure', output: timeoutText(request, host, limitMs) };
  if (result.isSuccess) return { kind: 'success' };
  const output = result.isRefused === true ? refusedText(request, host, limitMs) : result.message;
  return { kind: 'failure', output: output ?? '' };
}

type NetworkProbe = Exclude<ProbeRequest, { kind: 'exec' }>;

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

function urlOf(request: Extract<ProbeRequest, { kind: 'http' }>, host: string): string {
  const path = request.path.startsWith('/') ? request.path : `/${request.path}`;
  return `${request.scheme}://${host}:${request.port}${path}`;
}

function refusedText(request: NetworkProbe, host: string, limitMs: number): string {
  const dial = `dial tcp ${host}:${request.port}: connect: connection refused`;
  if (request.kind === 'http') return `Get ${goQuote(urlOf(request, host))}: ${dial}`;
  return request.kind === 'tcp' ? dial : grpcTimeout(request.port, host, limitMs);
}

function timeoutText(request: NetworkProbe, host: string, limitMs: number): string {
  if (request.kind === 'http') {
    const why = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    return `Get ${goQuote(urlOf(request, host))}: ${why}`;
  }
  if (request.kind === 'tcp') return `dial tcp ${host}:${request.port}: i/o timeout`;
  return grpcTimeout(request.port, host, limitMs);
}

function grpcTimeout(port: number, host: string, limitMs: number): string {
  const within = `within ${limitMs / 1_000}s: context deadline exceeded`;
  return `timeout: failed to connect service "${host}:${port}" ${within}`;
}

/** Runs a hook; returns why it failed. @upstream pkg/kubelet/lifecycle/handlers.go */
export function* runHook(
  context: KubeletContext,
  pod: Pod,
  handler: Action,
  target: ActionTarget,
): Task<string | undefined> {
  const result = yield* runAction(context, handler, target);
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
