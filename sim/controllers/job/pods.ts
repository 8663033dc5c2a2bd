/** The pods that a Job makes. @upstream pkg/controller/job/indexed_job_utils.go */
import { jobs, type Job } from '../../api/kinds/batch.js';
import type { Container, Pod, PodTemplateSpec } from '../../api/kinds/core.js';
import { podFromTemplate } from '../control/pod-control.js';
import { indexKey, isIndexed, trackingFinalizer } from './spec.js';

const indexVariable = 'JOB_COMPLETION_INDEX';
/** What a generated name has room for before its random characters. */
const prefixMax = 58;

/** The pod of a Job without indexes, or what the pods of all indexes share. */
export function podOf(job: Job): Pod {
  const template = job.spec?.template;
  const finalizers = template?.metadata?.finalizers ?? [];
  const tracked = finalizers.includes(trackingFinalizer)
    ? finalizers
    : [...finalizers, trackingFinalizer];
  const next: PodTemplateSpec = Object.assign({}, template, {
    metadata: Object.assign({}, template?.metadata, { finalizers: tracked }),
  });
  const pod = podFromTemplate(next, { object: job, kind: jobs });
  return isIndexed(job) ? withIndexVariable(pod) : pod;
}

/** The pod with an index. */
export function indexedPod(
  job: Job,
  pod: Pod,
  index: number,
  annotations: Readonly<Record<string, string>>,
): Pod {
  const { name = '' } = job.metadata;
  const value = String(index);
  const tail = `-${index}-`;
  const generateName = `${name.slice(0, prefixMax - tail.length)}${tail}`;
  const own = { [indexKey]: value };
  const metadata = Object.assign({}, pod.metadata, {
    generateName: name.length + tail.length > prefixMax ? generateName : `${name}${tail}`,
    annotations: Object.assign({}, pod.metadata.annotations, own, annotations),
    labels: Object.assign({}, pod.metadata.labels, own),
  });
  const hostname = { hostname: `${name}-${index}` };
  return Object.assign({}, pod, {
    metadata,
    spec: Object.assign({}, pod.spec ?? { containers: [] }, hostname),
  });
}

function withIndexVariable(pod: Pod): Pod {
  const { spec } = pod;
  if (spec === undefined) return pod;
  const { containers, initContainers } = spec;
  return {
    ...pod,
    spec: {
      ...spec,
      containers: containers.map(withVariable),
      ...(initContainers && { initContainers: initContainers.map(withVariable) }),
    },
  };
}

function withVariable(container: Container): Container {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === indexVariable)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  const added = { name: indexVariable, valueFrom: { fieldRef } };
  return Object.assign({}, container, { env: [...env, added] });
}
