/**
 * What KServe runs before a scorer starts: reads the model's entry in the registry with the pod's own
 * account, and writes the model to the volume that the scorer reads.
 */
import type { ConfigMap } from '../../../../sim/api/kinds/core.js';
import type { ApiAnswer } from '../../../../sim/api/request.js';
import type { ContainerContext, Workload } from '../../../../sim/workloads/workload.js';
import { guarded } from '../guarded.js';
import { entryPath, modelTextOf } from '../registry.js';
import { versionOf } from './model-uri.js';

/** Fetching and unpacking, besides the request. */
const fetchMs = 1500;
const againMs = 5000;
const triesMax = 6;

/** The file of the model on its volume, and the one that names its version. */
export const modelFile = 'model.json';
/** @see modelFile */
export const versionFile = 'version';

/** The workload: its arguments are the model's URI and the folder. */
export const modelFetcher: Workload = {
  name: 'fraud-model-fetcher',
  start(context) {
    const [uri = '', folder = ''] = context.command.slice(-2);
    const named = versionOf(uri);
    const namespace = context.env['MODEL_REGISTRY_NAMESPACE'] ?? 'training';
    if (named === undefined) {
      fail(context, `"${uri}" names no version of a model`);
      return {};
    }
    context.use({ cpuMillis: 300, memoryBytes: 200 * 1024 ** 2 });
    fetch(context, entryPath(namespace, named), 1, entry => {
      context.clock.after(fetchMs, 'unpack the model', () => {
        const files = context.volume(folder);
        if (files === undefined) return fail(context, `no volume at ${folder}`);
        const text = guarded(context, () => modelTextOf(entry));
        if (text === undefined) return;
        files.write(modelFile, text);
        files.write(versionFile, named.version);
        context.log(`wrote ${uri} to ${folder}`);
        context.exit(0);
      });
    });
    return {};
  },
};

function fetch(
  context: ContainerContext,
  path: string,
  tries: number,
  then: (entry: ConfigMap) => void,
): void {
  context.api({ method: 'GET', path }, answer => {
    // The API server answers 200 with the object that was asked for.
    if (answer.status === 200) return then(answer.body as ConfigMap);
    const isFinal = answer.status === 403 || answer.status === 404 || tries >= triesMax;
    if (isFinal) return fail(context, `the registry answers ${messageOf(answer)}`);
    context.log(`the registry answers ${messageOf(answer)}; once more`);
    context.clock.after(againMs, 'fetch again', () => fetch(context, path, tries + 1, then));
  });
}

/** The status and the message of a refusal. */
export function messageOf({ status, body }: ApiAnswer): string {
  const message = (body as { readonly message?: string } | undefined)?.message;
  return `${status}${message === undefined ? '' : ` ${message}`}`;
}

function fail(context: ContainerContext, why: string): void {
  context.log(why);
  context.terminationMessage(why);
  context.exit(1);
}
