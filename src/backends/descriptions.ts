/** What Kubernetes's types and fields are for, as `kubectl explain` tells it: from client-node's comments. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TypeDescription } from '../../sim/server/contract.js';

let folder: string | undefined;

/** Finds what is said of a definition of OpenAPI: `io.k8s.api.core.v1.Pod`. */
export function describeType(definition: string): TypeDescription | undefined {
  const [group = '', version = '', kind = ''] = definition.split('.').slice(-3);
  const names = [`${capital(group)}${capital(version)}${kind}`, `${capital(version)}${kind}`];
  folder ??= modelsFolder();
  const path = names.map(name => join(folder ?? '', `${name}.d.ts`)).find(existsSync);
  return path === undefined ? undefined : descriptionIn(readFileSync(path, 'utf8'));
}

function modelsFolder(): string {
  const main = createRequire(import.meta.url).resolve('@kubernetes/client-node');
  return join(dirname(main), 'gen', 'models');
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const typeComment = /\/\*\*\n\* (.*(?:\n\* .*)*)\n\*\/\nexport declare class/;
const fieldComment = /\/\*\*\n +\* (.*(?:\n +\* .*)*)\n +\*\/\n +'([^']+)'\??:/g;

function descriptionIn(source: string): TypeDescription {
  const [, text] = typeComment.exec(source) ?? [];
  const fields: Record<string, string> = {};
  for (const [, comment = '', name = ''] of source.matchAll(fieldComment)) {
    fields[name] = plain(comment);
  }
  return { ...(text !== undefined && { text: plain(text) }), fields };
}

/** Without the comment's stars and escapes. */
function plain(comment: string): string {
  return comment.replaceAll(/\n *\* /g, '\n').replaceAll(/\\(['"])/g, '$1');
}
