/** What the doctor sees of the kubeconfig that clusters are merged into, and of clusters that are gone. */
import { existsSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { kubeconfigPath } from '../../backends/kubeconfig-file.js';
import { runningClusters } from '../../backends/registry.js';
import type { Finding } from './finding.js';

interface KubeconfigNames {
  readonly contexts?: readonly { readonly name: string }[];
}

/** Whether it can be read and is free, and what clusters that were killed have left in it. */
export function kubeconfigFindings(): readonly Finding[] {
  const file = kubeconfigPath();
  const about = { name: 'kubeconfig', needed: [] as readonly string[] };
  const lock = `${file}.lock`;
  if (existsSync(lock)) {
    const says = `${lock} is there: somebody writes it, or died while writing`;
    const next = `if no kubectl, kind or seatrial runs: rm ${lock}`;
    return [{ ...about, state: 'untidy', says, next }];
  }
  if (!existsSync(file)) {
    return [{ ...about, state: 'ok', says: `${file} is not there yet: seatrial up makes it` }];
  }
  const { errors, contents } = parseDocument(readFileSync(file, 'utf8'));
  const [problem] = errors;
  if (problem !== undefined) {
    const says = `${file}:${problem.linePos?.[0].line ?? 1} is not YAML`;
    const next = 'mend it, or name another with --kubeconfig or KUBECONFIG';
    return [{ ...about, state: 'untidy', says, next }];
  }
  const names = ((contents?.toJSON() ?? {}) as KubeconfigNames).contexts ?? [];
  const left = names.map(({ name }) => name).filter(isLeft);
  const ok: Finding = { ...about, state: 'ok', says: file };
  return [
    ok,
    ...left.map(name => ({
      ...about,
      state: 'untidy' as const,
      says: `${file} has the context ${name} of a cluster that is gone`,
      next: `kubectl config delete-context ${name}; alike delete-cluster and delete-user`,
    })),
  ];
}

/** A context as `up` names them, of no cluster that runs. */
function isLeft(context: string): boolean {
  if (context !== 'seatrial' && !context.startsWith('seatrial-')) return false;
  const running = runningClusters().map(({ name }) => name);
  return !running.some(name => context === name || context === `seatrial-${name}`);
}
