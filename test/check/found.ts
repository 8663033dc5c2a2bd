/** Runs the static pass over a text, for the tests of its rules. */
import { parseManifests } from '../../src/input/manifests.js';
import type { KubeObject } from '../../sim/api/object.js';
import { staticPass } from '../../src/check/static-pass.js';

/** What a rule finds in a text: `error 3 message`, in the order of severity and lines. */
export function found(id: string, text: string, cluster: readonly KubeObject[] = []): string[] {
  const manifests = parseManifests(text, 'm.yaml');
  const { findings } = staticPass({ manifests, unread: [], notes: [] }, cluster);
  return findings
    .filter(finding => finding.id === id)
    .map(({ severity, line, message }) => `${severity} ${line} ${message}`);
}

/** A Deployment in one line: `spec` is what stands beside the containers, `rest` beside the template. */
export function deployment(parts: {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: string;
  readonly container?: string;
  readonly spec?: string;
  readonly rest?: string;
}): string {
  const { name = 'web', namespace = 'default', labels = `{ app: ${name} }` } = parts;
  const { container = '', spec = '', rest = '' } = parts;
  return `---
{ apiVersion: apps/v1, kind: Deployment, metadata: { name: ${name}, namespace: ${namespace} }, spec: {
  ${rest}
  selector: { matchLabels: ${labels} },
  template: { metadata: { labels: ${labels} }, spec: {
    ${spec}
    containers: [{ name: main, image: i,
      ${container}
    }] } } } }
`;
}

/** A node of a cluster, with what pods can have of it. */
export function node(
  name: string,
  allocatable: Readonly<Record<string, string>> = {},
  taints: readonly { key: string; value?: string; effect: string }[] = [],
): KubeObject {
  const all = { cpu: '8', memory: '32Gi', pods: '110', ...allocatable };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: { taints },
    status: { allocatable: all, capacity: all },
  };
}
