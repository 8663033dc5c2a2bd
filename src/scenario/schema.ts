/** The JSON schema of a scenario: what `scenarios/scenario.schema.json` publishes for editors. */
import { tieRules } from '../../sim/scheduler/ties.js';
import { autoscalerSchema } from '../gpu/autoscaler-schema.js';
import type { JsonSchema } from '../input/schema.js';
import { happeningKinds } from './happening.js';

const duration: JsonSchema = {
  type: 'string',
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
  description: 'A Go duration.',
  examples: ['1h30m'],
};
const text: JsonSchema = { type: 'string' };
const texts = { type: 'array', items: text } satisfies JsonSchema;
const files: JsonSchema = { ...texts, description: 'Files, folders or kustomizations.' };

const reference = {
  apiVersion: { type: 'string', description: 'Default v1.' },
  kind: { type: 'string', description: 'Pod, MXJob, ...' },
  namespace: { type: 'string', description: 'Default: default; ignored for cluster-scoped kinds.' },
  name: { type: 'string', description: 'The object; without it, all that the selector selects.' },
  selector: { type: 'string', description: 'A label selector, as kubectl -l takes it.' },
} satisfies Readonly<Record<string, JsonSchema>>;

const demands = {
  condition: {
    type: 'string',
    description: 'A condition of the status that is True; `Type=False` asks for another status.',
    examples: ['Ready', 'Ready=False'],
  },
  match: { type: 'object', description: 'Fields that the object must have, in any depth.' },
  count: { type: 'integer', minimum: 0, description: 'How many objects must meet the demands.' },
  absent: { type: 'boolean', description: 'There is no such object.' },
} satisfies Readonly<Record<string, JsonSchema>>;

const within: JsonSchema = { ...duration, description: 'How long to wait. Default 10m.' };

const lawSettings: JsonSchema = {
  type: 'object',
  description:
    'Thresholds of laws where they are not to be the defaults: `hpa-no-flapping: { reversalsMax: 4 }`. `seatrial explain LAW` tells which there are.',
  additionalProperties: { type: 'object', additionalProperties: { type: 'number' } },
};

const step: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string', description: 'What the step is for; told in reports.' },
    apply: {
      type: 'object',
      additionalProperties: false,
      required: ['files'],
      description: 'Sends manifests to the API server.',
      properties: {
        files,
        expect: {
          type: 'object',
          additionalProperties: false,
          description: 'Default: every document is taken.',
          properties: {
            status: { type: 'integer', description: 'The HTTP status of the refusal.' },
            message: { type: 'string', description: 'The whole message of the refusal.' },
          },
        },
      },
    },
    restore: {
      type: 'object',
      additionalProperties: false,
      required: ['files'],
      description: 'Makes objects as they were at an instant, owners first, before anybody acts.',
      properties: {
        files,
        state: {
          type: 'string',
          description:
            'Recorded objects with uids and status: the simulation takes them over as they were, and kubelets go on with their pods.',
        },
        events: { type: 'string', description: 'Recorded events that are there, with state.' },
        at: { type: 'string', description: 'When (RFC 3339). Default: at once.' },
      },
    },
    replay: {
      type: 'object',
      additionalProperties: false,
      required: ['file'],
      description: 'Sends recorded writes again, each at its time, as whoever made it.',
      properties: {
        file: { type: 'string', description: 'Lines of recorded writes, by time.' },
        until: { type: 'string', description: 'Goes on until then (RFC 3339).' },
      },
    },
    delete: {
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'name'],
      description: 'Deletes an object.',
      properties: reference,
    },
    wait: {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      description: 'Lets time go by until the demands are met.',
      properties: { ...reference, ...demands, within },
    },
    expect: {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      description: 'The demands must be met now.',
      properties: { ...reference, ...demands },
    },
    log: {
      type: 'object',
      additionalProperties: false,
      required: ['pod', 'contains'],
      description: "Lets time go by until a line of the pod's log contains the text.",
      properties: {
        namespace: text,
        pod: text,
        container: text,
        contains: text,
        within,
      },
    },
    alert: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'receiver'],
      description:
        'Lets time go by until an Alertmanager has told the receiver of the alert (a real one has to run with --log.level=debug).',
      properties: {
        name: { type: 'string', description: 'The label alertname.' },
        receiver: { type: 'string', description: "The receiver's name in its configuration." },
        state: { type: 'string', enum: ['firing', 'resolved'], description: 'Default firing.' },
        namespace: { type: 'string', description: 'Where it runs. Default: default.' },
        within,
      },
    },
    advance: { ...duration, description: 'Lets time go by.' },
    traffic: {
      type: 'object',
      additionalProperties: false,
      required: ['for'],
      description: "Starts the stack's traffic and lets so much time go by, then stops it.",
      properties: {
        for: { ...duration, description: 'How long the traffic flows.' },
        every: {
          ...duration,
          description: 'How often a line of progress is told. Default: a twentieth, or an hour.',
        },
      },
    },
    event: {
      type: 'object',
      required: ['kind'],
      description:
        'Something that people do or that goes wrong, as voyages write it: roll-out, scale, delete, delete-pod, drain, uncordon, burst, probe, load, ask, apply, fault.',
      properties: { kind: { type: 'string', enum: happeningKinds } },
    },
    judge: {
      type: 'object',
      additionalProperties: false,
      description: 'Judges all that has happened by laws; a law that is broken fails the step.',
      properties: {
        laws: { type: 'array', items: text, description: 'Their names. Default: all laws.' },
        settings: lawSettings,
      },
    },
    except: { ...texts, description: 'The variants in which the step is left out.' },
    only: { ...texts, description: 'The variants in which alone the step is taken.' },
    fault: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      description: 'Lets something go wrong.',
      properties: {
        gpu: {
          type: 'object',
          additionalProperties: false,
          description:
            'A GPU reports an Xid error: of a node, or the first one that a pod was given.',
          properties: {
            node: text,
            index: { type: 'integer', minimum: 0 },
            pod: { type: 'string', description: 'The pod whose GPU it is.' },
            namespace: text,
            xid: { type: 'integer', description: 'Default 79: fallen off the bus.' },
          },
        },
        nodeDown: { type: 'string', description: "The node's kubelet stops." },
        nodeUp: { type: 'string', description: "The node's kubelet starts again." },
        crash: {
          type: 'object',
          additionalProperties: false,
          required: ['process'],
          description: 'A process crashes and comes back with an empty memory.',
          properties: { process: text, for: duration },
        },
      },
    },
  },
};

const variant: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', examples: ['no-monitor'] },
    description: text,
    without: { ...texts, description: 'Files that steps apply, which are left out here.' },
    replace: {
      type: 'object',
      additionalProperties: text,
      description: 'Files that steps apply -> the files that are applied instead.',
    },
  },
};

/** A scenario: seatrial.dev/v1alpha1. */
export const scenarioSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://seatrial.dev/schemas/scenario.v1alpha1.json',
  title: 'Scenario',
  description: 'A voyage of a cluster: what it is made of, what happens, and what must come of it.',
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { type: 'string', enum: ['seatrial.dev/v1alpha1'] },
    kind: { type: 'string', enum: ['Scenario'] },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: { name: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' } },
    },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['steps'],
      properties: {
        description: text,
        cluster: {
          type: 'object',
          additionalProperties: false,
          properties: {
            config: {
              type: 'string',
              description: "A kind configuration. Default: seatrial's kind-config.yaml.",
            },
            autoscaler: autoscalerSchema,
            nodes: {
              type: 'string',
              description:
                'A file of Node objects: these are the nodes, instead of those of config.',
            },
            operators: {
              type: 'array',
              items: { type: 'string' },
              description:
                'The modelled operators that run, with their CRDs. Default: those that can stand beside each other, and those whose kinds are applied.',
            },
            withoutControllers: {
              type: 'array',
              items: { type: 'string' },
              description:
                'Controllers that kube-controller-manager is started without: their recorded writes are replayed.',
              examples: [['horizontal-pod-autoscaler']],
            },
            past: {
              type: 'string',
              description:
                'Names, uids and nodes that a recorded cluster drew by chance, and that are drawn again.',
            },
            schedulerConfig: {
              type: 'string',
              description: "A KubeSchedulerConfiguration. Default: kube-scheduler's own defaults.",
            },
            schedulerTies: {
              type: 'string',
              enum: [...tieRules],
              description: 'Which of several best nodes a pod gets. Default random, as upstream.',
            },
            gpuMetrics: {
              type: 'boolean',
              description:
                'dcgm-exporter, Prometheus and its adapter: autoscalers may use DCGM_FI_DEV_GPU_UTIL.',
            },
            start: { type: 'string', description: 'Where virtual time starts (RFC 3339).' },
            seed: {
              type: 'integer',
              minimum: 0,
              description: 'The seed, unless --seed gives another. Default: a fresh one.',
            },
            interleaving: {
              type: 'integer',
              minimum: 0,
              description:
                'Another number, another order in which requests and watch events arrive. Default 0: each is as quick as it can be.',
            },
            metricsServer: {
              type: 'boolean',
              description: 'Whether metrics-server runs. Default true.',
            },
            loadedImages: {
              ...texts,
              description:
                'Images that every node has, as after `kind load docker-image`, for pods that never pull; `*` is any run of characters. Default: none.',
            },
            serviceTraffic: {
              type: 'boolean',
              description:
                'Whether clients send requests to the Services of the manifests, as on voyages. Default false.',
            },
          },
        },
        workloads: {
          type: 'array',
          description: 'What containers do; without a rule a container just runs.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['workload'],
            properties: {
              image: { type: 'string', description: 'Without tag; `*` for any characters.' },
              container: text,
              labels: { type: 'object', additionalProperties: text },
              workload: text,
              parameters: { type: 'object', description: "The workload's own settings." },
            },
          },
        },
        stack: {
          type: 'object',
          required: ['kind'],
          description:
            'A platform whose programs need models, data and traffic, with its settings.',
          properties: { kind: { type: 'string', description: 'The name of the stack.' } },
        },
        prices: {
          type: 'object',
          additionalProperties: { type: 'number', minimum: 0 },
          description: 'US dollars for an hour of a GPU, by product, instead of the table.',
        },
        variants: {
          type: 'array',
          description:
            'Ways to run it that differ only in data: `--variant NAME`, or `all` to compare them.',
          items: variant,
        },
        laws: lawSettings,
        show: {
          type: 'object',
          additionalProperties: false,
          description: 'What is told while it runs.',
          properties: {
            namespaces: {
              ...texts,
              description: 'Default: default, and those of what it applies.',
            },
            logs: { type: 'boolean', description: 'Default true.' },
            events: { type: 'boolean', description: 'Default true.' },
          },
        },
        steps: { type: 'array', minItems: 1, items: step },
      },
    },
  },
};

/** The fields of a step that say what it does. */
export const stepActions = [
  'apply',
  'restore',
  'replay',
  'delete',
  'wait',
  'expect',
  'log',
  'alert',
  'advance',
  'traffic',
  'fault',
  'event',
  'judge',
] as const;
