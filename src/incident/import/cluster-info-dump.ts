/**
 * `kubectl cluster-info dump`: a folder with a file a resource and namespace, or all of it on standard
 * output, one document after another with logs between them.
 *
 * @upstream staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go
 */
import { basename, dirname } from 'node:path/posix';
import { readDocuments } from '../intake/documents.js';
import { wholeText } from '../intake/lines.js';
import type { Format, InputFile } from './format.js';
import { tellObjects } from './told-objects.js';

const names =
  /^(events|replication-controllers|services|daemonsets|deployments|replicasets|pods)\.(json|ya?ml)$/;
const logs = /^==== (START|END) logs for container .* ====$/;

/** The format. */
export const clusterInfoDump: Format = {
  name: 'cluster-info dump',
  gives: 'nodes, pods and their owners, services, recent events',
  lacks: [
    'Jobs, StatefulSets, HPAs, quotas, PDBs, volumes, custom resources, namespaces',
    'namespaces that were not asked for',
    'what was before and after, but for events',
  ],
  recognises: ({ path, headText }) =>
    (names.test(basename(path)) && /List/.test(headText)) ||
    (/^nodes\.(json|ya?ml)$/.test(basename(path)) && /NodeList/.test(headText)) ||
    /^\s*\{\s*"kind": "NodeList"/.test(headText) ||
    logs.test(headText.split('\n', 1)[0] ?? ''),
  async read(file, sink) {
    const text = await wholeText(file, sink);
    if (text === undefined) return;
    const { objects, lines } = withoutLogs(text);
    if (lines > 0) sink.unused('logs of containers', { file: file.path });
    if (objects.trim() === '') return;
    const documents = readDocuments(objects, file.path, sink);
    tellObjects(documents, { file: file.path, dump: `cluster-info dump ${rootOf(file)}`, sink });
  },
};

function rootOf({ path }: InputFile): string {
  return names.test(basename(path)) ? dirname(dirname(path)) : dirname(path);
}

/** The text with logs blanked, so that lines keep their numbers. */
function withoutLogs(text: string): { readonly objects: string; readonly lines: number } {
  if (!text.includes('==== START logs')) return { objects: text, lines: 0 };
  let isLog = false;
  let lines = 0;
  const kept = text.split('\n').map(line => {
    const mark = logs.exec(line);
    if (mark !== null) isLog = mark[1] === 'START';
    if (!isLog && mark === null) return line;
    lines += 1;
    return '';
  });
  return { objects: kept.join('\n'), lines };
}
