/** The last nodes of a part of the graph: what comes next is connected to these. @upstream workflow/controller/operator.go getOutboundNodes */
import type { Operation } from './operation.js';

/** The ids of the last nodes below one. */
export function outboundNodes(operation: Operation, id: string): readonly string[] {
  const node = operation.nodes.get(id);
  if (node === undefined) return [];
  const { type, children = [], outboundNodes: out = [] } = node;
  switch (type) {
    case 'Skipped':
    case 'Suspend':
    case 'HTTP':
    case 'Plugin':
    case 'Pod':
      return [id];
    case 'Container':
    case 'TaskGroup':
      if (children.length === 0) return [id];
      return children.flatMap(child => outboundNodes(operation, child));
    case 'Retry':
      return children.length === 0 ? [] : children.slice(-1);
    case 'Steps':
    case 'DAG':
    case 'StepGroup':
      return out.flatMap(child => outboundNodes(operation, child));
  }
}

/** Connects a node to all last nodes below another. */
export function connectTo(operation: Operation, id: string, child: string): void {
  for (const out of outboundNodes(operation, id)) {
    const node = operation.nodes.get(out);
    if (node !== undefined) operation.addChild(node.name, child);
  }
}
