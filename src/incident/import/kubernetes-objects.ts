/** Objects as `kubectl get -o yaml` or `-o json` prints them: lists, typed lists, streams of documents. */
import { readDocuments } from '../intake/documents.js';
import { wholeText } from '../intake/lines.js';
import type { Format, InputFile } from './format.js';
import { tellObjects } from './told-objects.js';

/** The format. */
export const kubernetesObjects: Format = {
  name: 'kubectl get',
  gives: 'full spec and status of what was asked for',
  lacks: [
    'anything that was not asked for: `get all` omits nodes, quotas, PDBs, RBAC, ConfigMaps, CRs',
    'what was before and after',
  ],
  recognises: ({ headText }) => looksLikeObjects(headText),
  async read(file, sink) {
    const text = await wholeText(file, sink);
    if (text === undefined) return;
    const documents = readDocuments(text, file.path, sink);
    tellObjects(documents, { file: file.path, dump: `kubectl ${file.path}`, sink });
  },
};

/** Whether a text has the marks of an API object: an apiVersion and a kind at its top. */
export function looksLikeObjects(head: string): boolean {
  if (/^\s*[[{]/.test(head)) return /"apiVersion"\s*:/.test(head) && /"kind"\s*:/.test(head);
  return /^(- )?apiVersion:\s/m.test(head) && /^( {2})?kind:\s/m.test(head);
}

/** Whether the file's name says that objects may be in it. */
export function hasObjectsName({ path }: InputFile): boolean {
  return /\.(ya?ml|json)$/.test(path);
}
