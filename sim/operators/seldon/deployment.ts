/** The Deployment of a component, before the executor is put beside it. @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go createDeploymentWithoutEngine */
import type { Deployment } from '../../api/kinds/apps.js';
import type { PodSpec, Volume } from '../../api/kinds/core.js';
import { environment } from './configuration.js';
import { labels, metricsPath, podinfo, seldonId } from './names.js';
import type { ComponentSpec, PredictorSpec, SeldonDeployment } from './types.js';

/** A Deployment whose parts are known; the API's types may lack them. */
export interface FullDeployment extends Deployment {
  readonly metadata: Deployment['metadata'] & {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: NonNullable<Deployment['spec']> & {
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: PodSpec;
    };
  };
}

/** What tells a pod of its annotations. */
const podinfoVolume: Volume = {
  name: podinfo.name,
  downwardAPI: {
    items: [
      {
        path: 'annotations',
        fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.annotations' },
      },
    ],
    defaultMode: 420,
  },
};

/** The annotations by which Prometheus finds the pods. */
const scraped = { 'prometheus.io/path': metricsPath, 'prometheus.io/scrape': 'true' } as const;

/** The Deployment. */
export function componentDeployment(
  owner: SeldonDeployment,
  predictor: PredictorSpec,
  component: ComponentSpec,
  name: string,
): FullDeployment {
  const id = seldonId(owner);
  const { spec, metadata = {}, hpaSpec, kedaSpec } = component;
  const isScaled = hpaSpec !== undefined || kedaSpec !== undefined;
  const replicas = component.replicas ?? predictor.replicas ?? owner.spec.replicas;
  const own = {
    ...{ [labels.id]: id, app: name, fluentd: 'true', [labels.managedBy]: 'seldon-core' },
    ...predictor.labels,
  };
  return {
    metadata: { name, namespace: owner.metadata.namespace ?? '', labels: own },
    spec: {
      ...(!isScaled && replicas !== undefined && { replicas }),
      selector: { matchLabels: { [labels.id]: id } },
      template: {
        metadata: {
          labels: {
            ...metadata.labels,
            ...own,
            ...(predictor.shadow === true && { shadow: 'true' }),
          },
          annotations: { ...owner.spec.annotations, ...metadata.annotations, ...scraped },
        },
        spec: podSpec(spec),
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
    },
  };
}

/** The pods, with what the operator adds to all. */
function podSpec(given: PodSpec): PodSpec {
  const { volumes = [] } = given;
  const knowsPod = volumes.some(({ name }) => name === podinfo.name);
  return {
    ...given,
    restartPolicy: given.restartPolicy ?? 'Always',
    dnsPolicy: given.dnsPolicy ?? 'ClusterFirst',
    schedulerName: given.schedulerName ?? 'default-scheduler',
    securityContext: given.securityContext ?? { runAsUser: environment.defaultUser },
    terminationGracePeriodSeconds: 20,
    volumes: knowsPod ? volumes : [...volumes, podinfoVolume],
  };
}

/** The Deployment with a further label, by which it selects its pods. */
export function withSelector(
  deployment: FullDeployment,
  key: string,
  value: string,
): FullDeployment {
  const { metadata, spec } = deployment;
  const { template, selector } = spec;
  const label = { [key]: value };
  return {
    ...deployment,
    metadata: { ...metadata, labels: { ...metadata.labels, ...label } },
    spec: {
      ...spec,
      selector: { matchLabels: { ...selector.matchLabels, ...label } },
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata.labels, ...label } },
      },
    },
  };
}

/** The Deployment with other pods. */
export function withPods(deployment: FullDeployment, pods: PodSpec): FullDeployment {
  const { spec } = deployment;
  return { ...deployment, spec: { ...spec, template: { ...spec.template, spec: pods } } };
}
