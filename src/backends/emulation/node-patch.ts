/** Patches nodes and remembers how they were: labels, annotations, and the counts of their status. */
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import { exitCodes, UserError } from '../../input/errors.js';
import type { SeenNode } from './refusals.js';

/** Asks the API server as the cluster's admin. */
export type Ask = (request: ApiRequest) => Promise<ApiAnswer>;

/** Takes back what was done. */
export type Undo = () => Promise<void>;

type Values = Readonly<Record<string, string>>;

/** Sets labels and annotations; those that were there come back, the others go. */
export async function markNode(
  node: SeenNode,
  marks: { readonly labels: Values; readonly annotations: Values },
  ask: Ask,
): Promise<Undo> {
  const { name, labels = {}, annotations = {} } = node.metadata;
  await patch(name, '', { metadata: marks }, ask);
  const before = {
    labels: beforeOf(marks.labels, labels),
    annotations: beforeOf(marks.annotations, annotations),
  };
  return () => patch(name, '', { metadata: before }, ask);
}

/** Sets how much of each resource the node has; taken back, it has none of them. */
export async function countNode(name: string, counts: Values, ask: Ask): Promise<Undo> {
  const whole = (values: Readonly<Record<string, string | null>>): object => ({
    status: { capacity: values, allocatable: values },
  });
  await patch(name, '/status', whole(counts), ask);
  const none = Object.fromEntries(Object.keys(counts).map(key => [key, null]));
  return () => patch(name, '/status', whole(none), ask);
}

/** The node as it stands. */
export async function seenNode(name: string, ask: Ask): Promise<SeenNode> {
  const answer = await ask({ method: 'GET', path: `/api/v1/nodes/${name}` });
  if (answer.status === 200) return answer.body as SeenNode;
  throw refused(name, answer);
}

function beforeOf(marks: Values, before: Values): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.keys(marks).map(key => [key, before[key] ?? null]));
}

async function patch(name: string, part: string, body: object, ask: Ask): Promise<void> {
  const answer = await ask({
    method: 'PATCH',
    path: `/api/v1/nodes/${name}${part}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body,
  });
  if (answer.status !== 200) throw refused(name, answer);
}

function refused(name: string, { status, body }: ApiAnswer): UserError {
  const { message = '' } = (body ?? {}) as { readonly message?: string };
  return new UserError(`node ${name} cannot be emulated: ${status} ${message}`.trim(), {
    exitCode: exitCodes.backend,
    code: 'node-refused',
    next: 'the context needs the right to get and patch nodes and nodes/status',
  });
}
