/** Whether and when a node is tried again. @upstream workflow/controller/operator.go processNodeRetries */
import { timeMs } from '../../api/time.js';
import { durationMs, humanized } from './durations.js';
import { attempt, WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import { isEnded, isFailed } from './phases.js';
import { triesOf } from './retried.js';
import { fieldsOf, holds, type Names } from './substitution.js';
import type { AnyText, NodePhase, NodeStatus, RetryStrategy } from './types.js';

/** What is to be done about a node that is tried again. */
export type Verdict =
  | { readonly kind: 'go'; readonly node: NodeStatus; readonly deadlineMs?: number }
  | { readonly kind: 'wait'; readonly node: NodeStatus };

/** Looks at the last try. */
export function judgeTries(
  operation: Operation,
  node: NodeStatus,
  strategy: RetryStrategy,
): Verdict {
  if (isEnded(node)) return { kind: 'go', node };
  const tries = triesOf(operation, node);
  const last = tries.at(-1);
  if (last === undefined) return { kind: 'go', node };
  if (!isEnded(last)) {
    if (last.daemoned !== true) return { kind: 'go', node };
    const running = operation.mark(node.name, last.phase ?? 'Running') ?? node;
    return { kind: 'go', node: operation.set({ ...running, daemoned: true }) };
  }
  const judge = new Judge(operation, node, strategy, tries, last);
  return judge.verdict();
}

class Judge {
  private deadlineMs: number | undefined;

  constructor(
    private readonly operation: Operation,
    private readonly node: NodeStatus,
    private readonly strategy: RetryStrategy,
    private readonly tries: readonly NodeStatus[],
    private readonly last: NodeStatus,
  ) {}

  verdict(): Verdict {
    const { operation, node, last } = this;
    if (!isFailed(last)) {
      if (last.outputs !== undefined) operation.change(node.name, { outputs: last.outputs });
      return this.end('Succeeded');
    }
    if (operation.isShutDown) {
      return this.end(last.phase, `Stopped with strategy '${operation.spec.shutdown ?? ''}'`);
    }
    if (operation.isLate()) {
      const deadline = new Date(operation.deadlineMs ?? 0).toISOString();
      const text = `${deadline.slice(0, 10)} ${deadline.slice(11, 19)} +0000 UTC`;
      return this.end(last.phase, `retry exceeded workflow deadline ${text}`);
    }
    const backoff = this.backoff();
    if (backoff !== undefined) return backoff;
    return this.policy() ?? this.limit() ?? this.expression() ?? this.go();
  }

  private end(phase: NodePhase = 'Failed', message?: string): Verdict {
    const node = this.operation.mark(this.node.name, phase, message);
    return { kind: 'go', node: node ?? this.node };
  }

  private go(): Verdict {
    const node = this.operation.node(this.node.name) ?? this.node;
    const { deadlineMs } = this;
    return { kind: 'go', node, ...(deadlineMs !== undefined && { deadlineMs }) };
  }

  private backoff(): Verdict | undefined {
    const { operation, last, tries } = this;
    const { backoff } = this.strategy;
    if (backoff === undefined) return undefined;
    const nowMs = operation.nowMs();
    const { maxDuration = '', duration = '', factor, cap = '' } = backoff;
    if (maxDuration !== '') {
      this.deadlineMs = (timeMs(tries[0]?.startedAt) ?? nowMs) + durationMs(maxDuration);
      if (nowMs > this.deadlineMs) return this.end(last.phase, 'Max duration limit exceeded');
    }
    if (duration === '') {
      throw new WorkflowFault('no base duration specified for retryStrategy');
    }
    const grown = durationMs(duration) * growth(factor, tries.length - 1);
    const waitMs = cap === '' ? grown : Math.min(grown, durationMs(cap));
    const untilMs = (timeMs(last.finishedAt) ?? nowMs) + waitMs;
    if (this.deadlineMs !== undefined && untilMs > this.deadlineMs) {
      return this.end(last.phase, 'Backoff would exceed max duration limit');
    }
    const limit = numberOf(this.strategy.limit);
    if (nowMs < untilMs && limit !== undefined && tries.length <= limit) {
      operation.requeueAfter(waitMs);
      const { name, phase = 'Running' } = this.node;
      const node = operation.mark(name, phase, `Backoff for ${humanized(waitMs)}`);
      return { kind: 'wait', node: node ?? this.node };
    }
    operation.mark(this.node.name, this.node.phase ?? 'Running', '');
    return undefined;
  }

  private policy(): Verdict | undefined {
    const { last } = this;
    const { onFailed, onError } = policyOf(this.strategy, last.message ?? '');
    if ((last.phase === 'Failed' && !onFailed) || (last.phase === 'Error' && !onError)) {
      return this.end(last.phase, last.message);
    }
    return undefined;
  }

  private limit(): Verdict | undefined {
    const limit = numberOf(this.strategy.limit);
    if (limit === undefined || this.tries.length <= limit) return undefined;
    return this.end(this.last.phase, 'No more retries left');
  }

  private expression(): Verdict | undefined {
    const { expression = '' } = this.strategy;
    if (expression === '' || holds(expression, fieldsOf(namesOfTry(this.tries)))) return undefined;
    return this.end(this.last.phase, 'retryStrategy.expression evaluated to false');
  }
}

function growth(factor: AnyText | undefined, tries: number): number {
  const number = numberOf(factor);
  return number !== undefined && number > 0 ? number ** tries : 1;
}

/** A number, which may be written as a text. */
export function numberOf(value: AnyText | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new WorkflowFault(`strconv.ParseInt: parsing "${String(value)}": invalid syntax`);
}

/** @upstream RetryPolicyActual */
export function policyNameOf({ retryPolicy = '', expression = '' }: RetryStrategy): string {
  if (retryPolicy !== '') return retryPolicy;
  return expression === '' ? 'OnFailure' : 'Always';
}

function policyOf(
  strategy: RetryStrategy,
  message: string,
): { readonly onFailed: boolean; readonly onError: boolean } {
  const name = policyNameOf(strategy);
  switch (name) {
    case 'Always':
      return { onFailed: true, onError: true };
    case 'OnError':
      return { onFailed: false, onError: true };
    case 'OnFailure':
      return { onFailed: true, onError: false };
    case 'OnTransientError':
      return { onFailed: isTransient(message), onError: isTransient(message) };
    default:
      throw new WorkflowFault(`${name} is not a valid RetryPolicy`);
  }
}

/** @upstream util/errors/errors.go IsTransientErr, where only the text of an error is left */
function isTransient(message: string): boolean {
  return /net\/http: TLS handshake timeout|i\/o timeout|connection timed out|connection reset by peer/.test(
    message,
  );
}

/** What a try may know of the one before. */
export function namesOfTry(tries: readonly NodeStatus[]): Names {
  const last = tries.at(-1);
  if (last === undefined) return new Map();
  return new Map([
    ['retries', String(tries.length - 1)],
    ['lastRetry.exitCode', last.outputs?.exitCode ?? '-1'],
    ['lastRetry.status', last.phase ?? ''],
    ['lastRetry.duration', String(secondsOf(last))],
    ['lastRetry.message', last.message ?? ''],
  ]);
}

/** How long a node took. */
export function secondsOf({ startedAt, finishedAt }: NodeStatus): number {
  const [from, to] = [timeMs(startedAt), timeMs(finishedAt)];
  return from === undefined || to === undefined ? 0 : (to - from) / 1000;
}

/** The same, with what keeps it from being judged as an answer. */
export function tryToJudge(operation: Operation, node: NodeStatus, strategy: RetryStrategy) {
  return attempt(() => judgeTries(operation, node, strategy));
}
