/**
 * The folder of `oc adm must-gather` and `oc adm inspect`: objects by scope, group and resource, with
 * logs of containers beside them.
 *
 * @see https://github.com/openshift/must-gather
 */
import { dirname } from 'node:path/posix';
import { readDocuments } from '../intake/documents.js';
import { wholeText } from '../intake/lines.js';
import type { Format, InputFile, Sink } from './format.js';
import { tellObjects } from './told-objects.js';

const objects = /(^|\/)(cluster-scoped-resources|namespaces)\/.+\.ya?ml$/;
const beside = /(^|\/)(timestamp|version|event-filter\.html|must-gather\.log(s)?)$/;

/** The format. */
export const mustGather: Format = {
  name: 'must-gather',
  gives: 'nearly all objects, with their status',
  lacks: [
    'data of secrets',
    'namespaces that were not asked for',
    'what was before and after, but for events',
    'the audit log, which another command gathers',
  ],
  recognises: ({ path }) =>
    objects.test(path) || (beside.test(path) && /must-gather|inspect/.test(path)),
  async read(file, sink) {
    const text = await wholeText(file, sink);
    if (text === undefined) return;
    if (file.path.endsWith('/timestamp')) return readTimes(text, file, sink);
    if (!objects.test(file.path)) return;
    const documents = readDocuments(text, file.path, sink);
    tellObjects(documents, { file: file.path, dump: `must-gather ${rootOf(file)}`, sink });
  },
};

/** The folder that the tool made, above the one of its image. */
function rootOf({ path }: InputFile): string {
  const named = /^(.*?(?:must-gather|inspect)\.local\.[^/]*)\//.exec(path);
  if (named?.[1] !== undefined) return named[1];
  const scope = /^(.*?)\/?(?:cluster-scoped-resources|namespaces)\//.exec(path);
  return scope?.[1] ?? dirname(path);
}

/** Two lines as Go prints times: `2026-08-20 09:27:41.118 +0000 UTC m=+0.91`. */
function readTimes(text: string, file: InputFile, sink: Sink): void {
  const times = text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? ([+-]\d{4})/.exec(line))
    .map(found =>
      found === null
        ? Number.NaN
        : Date.parse(
            `${found[1] ?? ''}T${found[2] ?? ''}${(found[3] ?? '').slice(0, 4)}${zone(found[4] ?? '')}`,
          ),
    );
  const [fromMs = Number.NaN] = times;
  const toMs = times.at(-1) ?? Number.NaN;
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
    return sink.problem({ file: file.path }, 'no times as must-gather writes them; left out');
  }
  sink.dumped(`must-gather ${dirname(file.path)}`, { fromMs, toMs });
}

/** `+0200` as `+02:00`. */
const zone = (text: string): string => `${text.slice(0, 3)}:${text.slice(3)}`;
