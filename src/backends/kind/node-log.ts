/** Finds in a node's exported logs why its kubelet did not start: kubeadm's own output does not say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Words of a kubelet about its own end, the surest first. */
const causes: readonly RegExp[] = [
  /--node-labels in the 'kubernetes\.io' namespace must begin with[^"\n]*/,
  /kubelet is configured to not run on a host using cgroup v1[^"\n]*/,
  /command failed" err="((?:[^"\\]|\\.)*)"/,
  /failed to (?:run|validate|load|parse) [kK]ubelet[^\n]*/,
];

/** The cause, as the kubelet of one of the nodes tells it; undefined when none does. */
export function causeInLogs(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const logs = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => ({ name, file: join(folder, name, 'kubelet.log') }))
    .filter(({ file }) => existsSync(file))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, file }) => ({ name, text: readFileSync(file, 'utf8') }));
  for (const pattern of causes) {
    for (const { name, text } of logs) {
      const match = pattern.exec(text);
      if (match !== null) return `the kubelet of ${name} says: ${(match[1] ?? match[0]).trim()}`;
    }
  }
  return undefined;
}
