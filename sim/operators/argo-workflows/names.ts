/** The names of nodes and pods. @upstream workflow/util/pod_name.go, pkg/apis/workflow/v1alpha1 Workflow.NodeID */
import { fnv32a } from '../../engine/hash.js';

/** What is left of the longest name of an object for what comes before the hash. */
const prefixMax = 253 - 10 - 1;

/** The id of a node; the first one has the name of the Workflow. */
export function nodeId(workflow: string, nodeName: string): string {
  return nodeName === workflow ? workflow : `${workflow}-${fnv32a(nodeName)}`;
}

/** The name of a node's pod, in the second of upstream's forms. */
export function podName(workflow: string, nodeName: string, template: string): string {
  if (workflow === nodeName) return workflow;
  const prefix = template === '' ? workflow : `${workflow}-${template}`;
  return `${prefix.slice(0, prefixMax)}-${fnv32a(nodeName)}`;
}

/** The name of the step or task that a node came from: `.fanout1(0:1)(0)[0]` of `fanout1`. */
export function callerName(nodeName: string): string {
  let name = nodeName;
  for (;;) {
    const cut = name.replace(/(?:\([^()]*\)|\[[^[\]]*\])$/, '');
    if (cut === name) break;
    name = cut;
  }
  return name.slice(name.lastIndexOf('.') + 1);
}

/** The part of a name that is shown: without what it lies in. */
export function displayName(nodeName: string, boundaryName: string | undefined): string {
  if (boundaryName === undefined) return nodeName;
  const rest = nodeName.startsWith(boundaryName) ? nodeName.slice(boundaryName.length) : nodeName;
  return rest.replace(/^(\[\d+\])?\./, '');
}
