/** What a what-if changes at an instant, and how users write it: a file, or a line as for kubectl. */
import type { KubeObject } from '../../../sim/api/object.js';
import { RestMapper, servedPath, type ServedKind } from '../../backends/rest-mapper.js';
import { kindNamed } from '../../backends/watchpoint.js';
import type { Cluster } from '../../cluster.js';
import { exitCodes, UserError } from '../../input/errors.js';
import { readManifests } from '../../input/manifest-files.js';
import { Crew } from '../../scenario/crew.js';
import { fieldsOf, type ParsedLine, parsedLine } from './kubectl-line.js';

/** A change of one of two futures. */
export interface Change {
  /** As the user wrote it. */
  readonly words: string;
  /** Does it, now; returns what the cluster said against it. */
  readonly act?: (cluster: Cluster) => Promise<string | undefined>;
  /** From the instant on the recorded writes of this user are left out. */
  readonly withoutUser?: string;
  /** So many nodes like this one join. */
  readonly nodes?: { readonly like: string; readonly count: number };
}

/** What a line may say: for help and errors. */
export const changeForms: readonly string[] = [
  'apply -f FILE',
  'delete KIND/NAME',
  'scale KIND/NAME --replicas=N',
  'patch KIND/NAME -p JSON [--type=merge|strategic|json]',
  'set image KIND/NAME CONTAINER=IMAGE',
  'set resources KIND/NAME [-c CONTAINER] --requests=cpu=1,... --limits=...',
  'rollout restart KIND/NAME',
  'label|annotate KIND/NAME KEY=VALUE KEY-',
  'cordon|uncordon|drain NODE',
  'add-nodes --like=NODE --count=N',
  'without-user USER',
];

/**
 * Reads a change: the path of a file of manifests, or a line.
 *
 * @throws UserError when it is neither.
 */
export function changeOf(text: string): Change {
  if (/\.(ya?ml|json)$/.test(text.trim()) && !text.trim().includes(' ')) return applied(text, text);
  const line = parsedLine(text);
  const [verb = '', ...words] = line.words;
  switch (verb) {
    case 'apply':
      return applied(text, line.flags.get('f') ?? line.flags.get('filename') ?? missing(text));
    case 'without-user':
      return { words: text, withoutUser: words[0] ?? missing(text) };
    case 'add-nodes': {
      const count = Number(line.flags.get('count') ?? 1);
      if (!Number.isInteger(count) || count < 1) throw misread(text);
      return { words: text, nodes: { like: line.flags.get('like') ?? missing(text), count } };
    }
    case 'cordon':
    case 'uncordon':
    case 'drain':
      return nodeChange(text, verb, words[0] ?? missing(text));
    case 'delete':
    case 'scale':
    case 'patch':
    case 'set':
    case 'rollout':
    case 'label':
    case 'annotate':
      return objectChange(text, line);
    default:
      throw misread(text);
  }
}

function applied(words: string, file: string): Change {
  const objects = readManifests(file).map(({ object }) => object);
  return {
    words,
    async act(cluster) {
      const all = await cluster.apply(objects);
      return all.find(({ message }) => message !== undefined)?.message;
    },
  };
}

function nodeChange(words: string, verb: 'cordon' | 'uncordon' | 'drain', node: string): Change {
  return {
    words,
    act(cluster) {
      if (verb === 'cordon') {
        return patch(cluster, `/api/v1/nodes/${node}`, { spec: { unschedulable: true } });
      }
      return new Crew(cluster).happen({ kind: verb, node });
    },
  };
}

function objectChange(words: string, line: ParsedLine): Change {
  const fields = fieldsOf(line);
  if (fields === undefined) throw misread(words);
  const { reference, subresource = '' } = fields;
  return {
    words,
    async act(cluster) {
      const found = await find(cluster, reference, line.namespace);
      if (typeof found === 'string') return found;
      const { path, object } = found;
      if (fields.kind === 'delete') {
        const asKubectl = {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          propagationPolicy: 'Background',
        };
        const { status, body } = await cluster.request({
          method: 'DELETE',
          path,
          body: asKubectl,
        });
        return status < 300 ? undefined : messageOf(body);
      }
      const body = fields.body(object, cluster.now());
      if (typeof body === 'string') return body;
      return patch(cluster, path + subresource, body, fields.type);
    },
  };
}

/** The object, in the namespace that was named or in the only one that has it. */
async function find(
  cluster: Cluster,
  reference: { readonly kind: string; readonly name: string },
  namespace: string | undefined,
): Promise<{ readonly path: string; readonly object: KubeObject } | string> {
  const kinds = await new RestMapper(request => cluster.request(request)).all();
  const kind = kindNamed(reference.kind, kinds);
  const list = await cluster.request({ method: 'GET', path: listPath(kind, namespace) });
  const { items } = list.body as { readonly items?: readonly KubeObject[] | null };
  const named = (items ?? []).filter(({ metadata }) => metadata.name === reference.name);
  const [object, other] = named;
  const what = `${kind.kind} ${reference.name}`;
  if (object === undefined) return `there is no ${what} at that instant`;
  if (other !== undefined) return `several namespaces have ${what}: name one with -n`;
  return { path: servedPath(kind, object.metadata), object };
}

function listPath(kind: ServedKind, namespace: string | undefined): string {
  if (kind.isNamespaced && namespace !== undefined) return servedPath(kind, { namespace });
  return servedPath({ ...kind, isNamespaced: false }, {});
}

async function patch(
  cluster: Cluster,
  path: string,
  body: unknown,
  type = 'strategic-merge-patch',
): Promise<string | undefined> {
  const answer = await cluster.request({
    method: 'PATCH',
    path,
    headers: { 'content-type': `application/${type}+json`, accept: 'application/json' },
    body,
  });
  return answer.status < 300 ? undefined : messageOf(answer.body);
}

function messageOf(body: unknown): string {
  return (body as { readonly message?: string } | undefined)?.message ?? 'it was refused';
}

function missing(text: string): never {
  throw misread(text);
}

function misread(text: string): UserError {
  return new UserError(`"${text}" is no change that can be made`, {
    exitCode: exitCodes.usage,
    code: 'bad-change',
    next: `a file of manifests (FILE.yaml), or a line: ${changeForms.join('; ')}`,
  });
}
