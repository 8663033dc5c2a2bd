/**
 * kubectl as far as programs in pods wait by it: `wait`, `rollout status`, `get` of one object; and the
 * image k8s-wait-for, which waits in the same way. It asks the API server as the pod's account.
 * @upstream k8s.io/kubectl/pkg/cmd/wait, pkg/polymorphichelpers/rollout_status.go; github.com/groundnuty/k8s-wait-for
 */
import { isRecord } from '../../../api/equality.js';
import type { KubeObject } from '../../../api/object.js';
import type { ApiAnswer } from '../../../api/request.js';
import type { CommandCall } from '../commands.js';
import type { Run } from '../job.js';
import { optionsOf, valueOf, type CommandOptions, type TimedCommand } from '../timed.js';
import { patienceOf } from './dial.js';

const withValue = new Set(
  'n namespace l selector o output timeout for field-selector kubeconfig context s server request-timeout'.split(
    ' ',
  ),
);

const kinds: Readonly<Record<string, readonly [api: string, names: string]>> = {
  pods: ['/api/v1', 'pod po'],
  services: ['/api/v1', 'service svc'],
  endpoints: ['/api/v1', 'endpoint ep'],
  configmaps: ['/api/v1', 'configmap cm'],
  secrets: ['/api/v1', 'secret'],
  persistentvolumeclaims: ['/api/v1', 'persistentvolumeclaim pvc'],
  deployments: ['/apis/apps/v1', 'deployment deploy deployments.apps deployment.apps'],
  statefulsets: ['/apis/apps/v1', 'statefulset sts statefulsets.apps statefulset.apps'],
  daemonsets: ['/apis/apps/v1', 'daemonset ds daemonset.apps'],
  replicasets: ['/apis/apps/v1', 'replicaset rs'],
  jobs: ['/apis/batch/v1', 'job jobs.batch job.batch'],
};

/** The plural of a kind of objects that is known; undefined for all others. */
export function knownKind(word: string): string | undefined {
  const lower = word.toLowerCase();
  return Object.keys(kinds).find(
    plural => plural === lower || kinds[plural]?.[1].split(' ').includes(lower) === true,
  );
}

interface Wanted {
  readonly plural: string;
  /** None: all that the selector matches. */
  readonly names: readonly string[];
  readonly namespace: string;
  readonly selector: string | undefined;
}

type Found = { readonly objects: readonly KubeObject[] } | { readonly error: string };

const pauseMs = 1_000;

/** `kubectl wait|rollout status|get`; all else is taken to go well. */
const kubectl: TimedCommand = function* (call) {
  const options = optionsOf(call.args, withValue);
  const [verb, ...words] = options.words;
  const isRollout = verb === 'rollout' && words[0] === 'status';
  if (verb !== 'wait' && verb !== 'get' && !isRollout) return 0;
  const wanted = wantedBy(isRollout ? words.slice(1) : words, options, call);
  if (wanted === undefined) return 0;
  if (verb === 'get') return yield* got(call, wanted);
  const judge = isRollout ? isRolledOut : conditionOf(valueOf(options, 'for') ?? '');
  const byDefaultMs = isRollout ? Infinity : 30_000;
  const patienceMs = patienceOf(valueOf(options, 'timeout'), byDefaultMs);
  return yield* waited(call, wanted, {
    judge,
    patienceMs: patienceMs === 0 ? Infinity : patienceMs,
  });
};

function wantedBy(
  [first = '', ...rest]: readonly string[],
  options: CommandOptions,
  call: CommandCall,
): Wanted | undefined {
  const [kind = '', name] = first.split('/');
  const plural = knownKind(kind);
  if (plural === undefined) return undefined;
  const names = name === undefined ? rest : [name, ...rest.map(one => one.split('/').at(-1) ?? '')];
  const namespace = valueOf(options, 'n', 'namespace') ?? call.host.namespace;
  return { plural, names, namespace, selector: valueOf(options, 'l', 'selector') };
}

function* got(call: CommandCall, wanted: Wanted): Run {
  const found = yield* find(call, wanted);
  if ('error' in found) {
    call.err(`${found.error}\n`);
    return 1;
  }
  for (const { metadata } of found.objects) call.out(`${metadata.name ?? ''}\n`);
  return 0;
}

interface Waiting {
  readonly judge: (object: KubeObject | undefined) => boolean;
  readonly patienceMs: number;
}

function* waited(call: CommandCall, wanted: Wanted, { judge, patienceMs }: Waiting): Run {
  const endMs = call.host.nowMs() + patienceMs;
  for (let isFirst = true; ; isFirst = false) {
    const found = yield* find(call, wanted);
    const objects = 'error' in found ? [] : found.objects;
    const isGone = objects.length === 0;
    if (isGone && judge(undefined)) return 0;
    if (isGone && isFirst) {
      call.err(`${'error' in found ? found.error : 'error: no matching resources found'}\n`);
      return 1;
    }
    if (!isGone && objects.every(judge)) return 0;
    if (call.host.nowMs() + pauseMs > endMs) {
      call.err(`error: timed out waiting for the condition on ${wanted.plural}\n`);
      return 1;
    }
    yield { kind: 'sleep', ms: pauseMs };
  }
}

function* find(call: CommandCall, { plural, names, namespace, selector }: Wanted): Run<Found> {
  const base = `${kinds[plural]?.[0] ?? ''}/namespaces/${namespace}/${plural}`;
  const query = selector === undefined ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
  const paths = names.length === 0 ? [`${base}${query}`] : names.map(name => `${base}/${name}`);
  const objects: KubeObject[] = [];
  for (const path of paths) {
    const { status, body } = yield* asked(call, path);
    if (status !== 200 || !isRecord(body)) {
      const message = isRecord(body) ? String(body['message'] ?? '') : 'no answer';
      return { error: `Error from server: ${message}` };
    }
    // The server has said that it is an object, or a list of them.
    if (names.length === 0) objects.push(...((body['items'] ?? []) as readonly KubeObject[]));
    else objects.push(body as unknown as KubeObject);
  }
  return { objects };
}

function* asked({ host }: CommandCall, path: string): Run<ApiAnswer> {
  let answer: ApiAnswer = { status: 503, headers: {} };
  yield {
    kind: 'answer',
    start: done =>
      host.api({ method: 'GET', path }, came => {
        answer = came;
        done();
      }),
  };
  return answer;
}

/** `condition=Ready`, `condition=Complete=true`, `delete`, `create`, `jsonpath=…`, of which nothing but being there is asked. */
function conditionOf(text: string): Waiting['judge'] {
  if (text === 'delete') return object => object === undefined;
  const match = /^condition=([^=]+)(?:=(.*))?$/.exec(text);
  if (match === null) return object => object !== undefined;
  const [, type = '', status = 'true'] = match;
  return object => object !== undefined && hasCondition(object, type, status);
}

function hasCondition({ status }: KubeObject, type: string, wanted: string): boolean {
  const conditions = isRecord(status) ? status['conditions'] : undefined;
  if (!Array.isArray(conditions)) return false;
  return conditions.some(
    (one: unknown) =>
      isRecord(one) &&
      String(one['type']).toLowerCase() === type.toLowerCase() &&
      String(one['status']).toLowerCase() === wanted.toLowerCase(),
  );
}

function isRolledOut(object: KubeObject | undefined): boolean {
  if (object === undefined || !isRecord(object['status'])) return false;
  const status = object['status'];
  const { replicas = 1 } = isRecord(object['spec']) ? object['spec'] : {};
  const count = (name: string) => Number(status[name] ?? 0);
  if (count('observedGeneration') < (object.metadata.generation ?? 0)) return false;
  if (status['desiredNumberScheduled'] !== undefined) {
    const wanted = count('desiredNumberScheduled');
    return count('updatedNumberScheduled') >= wanted && count('numberAvailable') >= wanted;
  }
  const isUpdated = count('updatedReplicas') >= Number(replicas);
  return isUpdated && count('availableReplicas') >= count('updatedReplicas');
}

/** `service NAME`, `pod -lapp=db`, `job NAME`, at whose end the image's script is done. */
const waitFor: TimedCommand = function* (call) {
  const options = optionsOf(call.args, new Set(['n', 'l', 'namespace']));
  const [kind = 'pod', name] = options.words;
  const namespace = valueOf(options, 'n', 'namespace') ?? call.host.namespace;
  const selector = valueOf(options, 'l');
  for (;;) {
    const names = name === undefined ? [] : [name];
    const plural = knownKind(kind.replace(/-w[er]*$/, '')) ?? 'pods';
    const found = yield* find(call, { plural, names, namespace, selector });
    const objects = 'error' in found ? [] : found.objects;
    if (objects.length > 0 && (yield* isDone(call, { plural, namespace, objects }))) return 0;
    yield { kind: 'sleep', ms: 2_000 };
  }
};

function* isDone(
  call: CommandCall,
  {
    plural,
    namespace,
    objects,
  }: {
    readonly plural: string;
    readonly namespace: string;
    readonly objects: readonly KubeObject[];
  },
): Run<boolean> {
  if (plural === 'jobs') return objects.every(one => hasCondition(one, 'Complete', 'true'));
  if (plural !== 'services') return objects.every(isReadyPod);
  const { selector = {} } = isRecord(objects[0]?.['spec']) ? objects[0]['spec'] : {};
  const labels = Object.entries(isRecord(selector) ? selector : {});
  const text = labels.map(([key, value]) => `${key}=${String(value)}`).join();
  const found = yield* find(call, { plural: 'pods', names: [], namespace, selector: text });
  const pods = 'error' in found ? [] : found.objects;
  return pods.length > 0 && pods.every(isReadyPod);
}

function isReadyPod(pod: KubeObject): boolean {
  const isOver = isRecord(pod['status']) && pod['status']['phase'] === 'Succeeded';
  return isOver || hasCondition(pod, 'Ready', 'true');
}

/** What a container runs: the image k8s-wait-for is told by arguments alone. */
export function waitCommand(image: string, words: readonly string[]): readonly string[] {
  return /(^|\/)k8s-wait-for(:|@|$)/.test(image) ? ['wait_for.sh', ...words] : words;
}

/** The commands by name. */
export const kubectlCommands: Readonly<Record<string, TimedCommand>> = {
  kubectl,
  'wait_for.sh': waitFor,
};
