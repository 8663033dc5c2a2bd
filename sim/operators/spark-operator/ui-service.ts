/** Services of the driver: its web UI, and those that an application asks for. @upstream kubeflow/spark-operator internal/controller/sparkapplication/{web_ui,driveringress}.go */
import { services, type Service } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, update } from '../../client/requests.js';
import { sha1 } from '../../engine/sha1.js';
import { labelKeys, ports } from '../../spark/names.js';
import { keys } from './keys.js';
import { sparkApplications, type DriverIngress, type SparkApplication } from './types.js';

const nameMax = 63;

/** The name of a part of an application; cut, with a hash (another than upstream's), where it would be too long. */
export function partName(name: string, suffix: string): string {
  const preferred = `${name}-${suffix}`;
  if (preferred.length <= nameMax) return preferred;
  return `${name.slice(0, nameMax - suffix.length - 10)}-${sha1(preferred).slice(0, 8)}-${suffix}`;
}

/** Labels of the operator's own objects. */
export function resourceLabels({ metadata, status }: SparkApplication) {
  const id = status?.submissionID ?? '';
  return { [keys.appName]: metadata.name ?? '', ...(id !== '' && { [keys.submissionId]: id }) };
}

/** The service of the web UI. */
export function uiService(app: SparkApplication): Service {
  const { sparkConf, sparkUIOptions: options } = app.spec;
  const told = Number.parseInt(sparkConf?.['spark.ui.port'] ?? '', 10);
  const targetPort = Number.isNaN(told) ? ports.ui : told;
  const port = options === undefined ? targetPort : (options.servicePort ?? ports.ui);
  return serviceOf(app, {
    name: partName(app.metadata.name ?? '', 'ui-svc'),
    portName: options?.servicePortName ?? 'spark-driver-ui-port',
    port,
    targetPort,
    options: options ?? {},
  });
}

/** The service of a port that an application names. */
export function ingressService(app: SparkApplication, options: DriverIngress): Service {
  const port = options.servicePort ?? 0;
  return serviceOf(app, {
    name: `${app.metadata.name ?? ''}-driver-${port}`,
    portName: options.servicePortName ?? `driver-ing-${port}`,
    port,
    targetPort: port,
    options,
  });
}

function serviceOf(
  app: SparkApplication,
  parts: {
    readonly name: string;
    readonly portName: string;
    readonly port: number;
    readonly targetPort: number;
    readonly options: DriverIngress;
  },
): Service {
  const { name, portName, port, targetPort, options } = parts;
  const { serviceLabels = {}, serviceAnnotations = {}, serviceType = 'ClusterIP' } = options;
  const { namespace = '', name: appName = '' } = app.metadata;
  const hasLabels = Object.keys(serviceLabels).length > 0;
  return {
    metadata: {
      name,
      namespace,
      labels: hasLabels ? serviceLabels : resourceLabels(app),
      ...(Object.keys(serviceAnnotations).length > 0 && { annotations: serviceAnnotations }),
      ownerReferences: [ownerReference(app, sparkApplications)],
    },
    spec: {
      ports: [{ name: portName, port, targetPort }],
      selector: { [keys.appName]: appName, [labelKeys.role]: 'driver' },
      type: serviceType,
    },
  };
}

/** Makes the service, or brings it up to date. Gives the error as a text. */
export function* ensureService(view: View, wanted: Service): Reconciliation<Service | string> {
  const { namespace = '', name = '' } = wanted.metadata;
  const present = view.get(services, namespace, name);
  if (present === undefined) {
    const answer = yield* call(create(services, wanted));
    return answer.isOk ? answer.object : answer.message;
  }
  const answer = yield* call(
    update(services, {
      ...present,
      metadata: { ...present.metadata, ...wanted.metadata },
      spec: { ...present.spec, ...wanted.spec },
    }),
  );
  return answer.isOk ? answer.object : answer.message;
}
