/** What events claim, read from their reasons and messages. */
import type { KubeObject } from '../../../sim/api/object.js';

/** A claim that the history can show. `otherwise` tells what is so if it is false. */
export type Claim = {
  /** `Pod default/a`: whom it is about. */
  readonly object: string;
  readonly text: string;
  readonly otherwise: string;
} & (
  | { readonly kind: 'bound'; readonly pod: string; readonly node: string }
  | { readonly kind: 'created' | 'ending'; readonly pod: string }
  | { readonly kind: 'size'; readonly size: number }
  | { readonly kind: 'exists' }
);

interface EventFields {
  readonly reason?: string;
  readonly message?: string;
  readonly note?: string;
  readonly involvedObject?: Reference;
  readonly regarding?: Reference;
}

interface Reference {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

type Read = (event: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly text: string;
}) => Claim | undefined;

/** What the event claims; undefined for those that claim nothing of the sort. */
export function claimOf(object: KubeObject): Claim | undefined {
  // An event of either API: only what both have under some name is read.
  const event = object as unknown as EventFields;
  const read = readers[event.reason ?? ''];
  if (read === undefined) return undefined;
  const { kind = '', namespace = '', name = '' } = event.regarding ?? event.involvedObject ?? {};
  return read({ kind, namespace, name, text: event.note ?? event.message ?? '' });
}

const ending: Read = ({ kind, namespace, name, text }) =>
  kind !== 'Pod' || text.startsWith('Cancelling')
    ? undefined
    : endingOf(`${namespace}/${name}`, text);

function endingOf(pod: string, text: string): Claim {
  const otherwise = 'no such pod ends, nor one of its containers';
  return { kind: 'ending', pod, object: `Pod ${pod}`, text, otherwise };
}

const readers: Readonly<Record<string, Read>> = {
  Scheduled({ kind, text }) {
    const [, pod = '', node = ''] = /^Successfully assigned (\S+) to (\S+)$/.exec(text) ?? [];
    if (kind !== 'Pod' || pod === '') return undefined;
    const otherwise = `no such pod is bound to ${node}`;
    return { kind: 'bound', pod, node, object: `Pod ${pod}`, text, otherwise };
  },
  Killing: ending,
  Preempted: ending,
  TaintManagerEviction: ending,
  SuccessfulCreate({ namespace, text }) {
    const [, pod = ''] =
      /^Created pod: (\S+)$/.exec(text) ?? /^create Pod (\S+) in StatefulSet/.exec(text) ?? [];
    if (pod !== '') {
      const key = `${namespace}/${pod}`;
      const otherwise = 'no such pod was created';
      return { kind: 'created', pod: key, object: `Pod ${key}`, text, otherwise };
    }
    const [, job = ''] = /^Created job (\S+)$/.exec(text) ?? [];
    if (job !== '') return existing(`Job ${namespace}/${job}`, text);
    const [, claim = ''] = /^create Claim (\S+) Pod/i.exec(text) ?? [];
    return claim === '' ? undefined : existing(`PersistentVolumeClaim ${namespace}/${claim}`, text);
  },
  SuccessfulDelete({ namespace, text }) {
    const [, pod = ''] =
      /^Deleted pod: (\S+)$/.exec(text) ?? /^delete Pod (\S+) in StatefulSet/.exec(text) ?? [];
    return pod === '' ? undefined : endingOf(`${namespace}/${pod}`, text);
  },
  ScalingReplicaSet({ namespace, text }) {
    // Before 1.29 or so: "to 3"; since then "from 1 to 3", or "to 3 from 1".
    const [, set = '', rest = ''] = /^Scaled (?:up|down) replica set (\S+) (.+)$/.exec(text) ?? [];
    const [, size = ''] = /\bto (\d+)/.exec(rest) ?? [];
    if (set === '' || size === '') return undefined;
    return sized(`ReplicaSet ${namespace}/${set}`, Number(size), text);
  },
  SuccessfulRescale({ kind, namespace, name, text }) {
    const [, size = ''] = /^New size: (\d+);/.exec(text) ?? [];
    return size === '' ? undefined : sized(`${kind} ${namespace}/${name}`, Number(size), text);
  },
};

function sized(object: string, size: number, text: string): Claim {
  return { kind: 'size', object, size, text, otherwise: `${object} was never given that size` };
}

function existing(object: string, text: string): Claim {
  return { kind: 'exists', object, text, otherwise: `there is no ${object}` };
}
