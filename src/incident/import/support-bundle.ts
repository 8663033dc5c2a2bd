/**
 * A support bundle of troubleshoot.sh: objects by resource and namespace, errors beside them.
 *
 * @see https://troubleshoot.sh/docs/collect/cluster-resources/
 */
import { readDocuments } from '../intake/documents.js';
import { wholeText } from '../intake/lines.js';
import type { Format, InputFile, Sink } from './format.js';
import { tellObjects } from './told-objects.js';

const resources = /(^|\/)cluster-resources\//;
const beside = /(^|\/)(cluster-info\/cluster_version|analysis|version)\.(json|ya?ml)$/;

/** The format. */
export const supportBundle: Format = {
  name: 'support bundle',
  gives: 'the usual objects with their status',
  lacks: [
    'HorizontalPodAutoscalers, unless a collector of its own asked for them',
    'what its redactors hid: ***HIDDEN***',
    'what was before and after, but for events',
  ],
  recognises: ({ path, headText }) =>
    (resources.test(path) && /\.(json|ya?ml)$/.test(path)) ||
    (beside.test(path) && /support-?bundle/i.test(path)) ||
    /^kind: SupportBundle$/m.test(headText),
  async read(file, sink) {
    const text = await wholeText(file, sink);
    if (text === undefined) return;
    const dump = `support bundle ${rootOf(file)}`;
    tellTime(dump, file, sink);
    if (!resources.test(file.path))
      return sink.unused('what the bundle says of itself', { file: file.path });
    if (file.path.endsWith('-errors.json')) return tellErrors(text, file, sink);
    tellObjects(readDocuments(text, file.path, sink), { file: file.path, dump, sink });
  },
};

function rootOf({ path }: InputFile): string {
  return /^(.*?)\/?(?:cluster-resources|cluster-info|analysis|version)[/.]/.exec(path)?.[1] ?? path;
}

/** The folder is named after the time: `support-bundle-2026-08-20T09_28_00`. */
function tellTime(dump: string, { path }: InputFile, sink: Sink): void {
  const found = /(\d{4}-\d\d-\d\d)T(\d\d)_(\d\d)_(\d\d)/.exec(path);
  if (found === null) return;
  const [, day = '', hour = '', minute = '', second = ''] = found;
  const atMs = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  if (!Number.isNaN(atMs)) sink.dumped(dump, { fromMs: atMs, toMs: atMs });
}

/** `null`, or what the collector was told when it asked. */
function tellErrors(text: string, file: InputFile, sink: Sink): void {
  try {
    const errors = JSON.parse(text) as unknown;
    if (errors === null) return;
    for (const error of Array.isArray(errors) ? (errors as readonly unknown[]) : [errors]) {
      const what = typeof error === 'string' ? error : JSON.stringify(error);
      sink.problem({ file: file.path }, `the bundle could not collect: ${what}`);
    }
  } catch {
    sink.problem({ file: file.path }, 'cannot be read as JSON; left out');
  }
}
