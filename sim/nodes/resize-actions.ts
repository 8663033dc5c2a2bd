/** Whether the resources of a running container must change, and how. @upstream kuberuntime_manager.go computePodResizeAction */
import type { Container, ResourceRequirements } from '../api/kinds/core.js';
import { compareQuantities } from '../api/quantity.js';
import type { ContainerRecord } from './container-records.js';
import type { PodEntry } from './pod-entry.js';

const resizable = ['cpu', 'memory'] as const;

/** What is to be done about one container. */
export function resizeOf(
  entry: PodEntry,
  container: Container,
  record: ContainerRecord,
): 'none' | 'update' | 'restart' {
  const wanted = container.resources ?? {};
  const actual = record.resources ?? {};
  if (wanted === actual || entry.effective.spec === undefined) return 'none';
  const changed = resizable.filter(name => differs(name, wanted, actual));
  if (changed.length === 0) return 'none';
  const restarts = changed.some(name =>
    container.resizePolicy?.some(
      policy => policy.resourceName === name && policy.restartPolicy === 'RestartContainer',
    ),
  );
  return restarts ? 'restart' : 'update';
}

function differs(name: string, a: ResourceRequirements, b: ResourceRequirements): boolean {
  return (
    compareQuantities(a.requests?.[name], b.requests?.[name]) !== 0 ||
    compareQuantities(a.limits?.[name], b.limits?.[name]) !== 0
  );
}
