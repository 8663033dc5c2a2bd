import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/kinds/core.js';
import type { KubeObject } from '../api/object.js';
import { defaultedSpec } from './spark-operator/defaulter.js';
import { mutatedPod } from './spark-operator/pod-defaulter.js';
import { retryWaitMs, shouldRetry } from './spark-operator/pod-states.js';
import { submissionOf } from './spark-operator/submission.js';
import type { SparkApplication, SparkApplicationSpec } from './spark-operator/types.js';
import { partName, uiService } from './spark-operator/ui-service.js';
import { validateApplication } from './spark-operator/validator.js';
import { sparkOperator } from './spark-operator.js';

function application(spec: Partial<SparkApplicationSpec> = {}, name = 'pi'): SparkApplication {
  return {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name, namespace: 'default', uid: 'u' },
    spec: {
      type: 'Scala',
      sparkVersion: '4.0.4',
      image: 'spark:4.0.4',
      mainClass: 'Main',
      mainApplicationFile: 'local:///a.jar',
      driver: {},
      executor: {},
      ...spec,
    },
  };
}

function confOf(app: SparkApplication): Readonly<Record<string, string>> {
  const submission = submissionOf(app, 'id');
  if (typeof submission === 'string') throw new Error(submission);
  return submission.conf;
}

function refusal(app: SparkApplication, old?: SparkApplication): string | undefined {
  const operation = old === undefined ? 'CREATE' : 'UPDATE';
  const request = { operation, name: '', namespace: '', object: app, oldObject: old } as never;
  const verdict = validateApplication(request).next(undefined as never).value as {
    readonly message?: string;
  };
  return verdict.message;
}

describe('defaults', () => {
  it('are those of the operator, unless properties say otherwise', () => {
    const spec = defaultedSpec(application({ restartPolicy: { type: 'OnFailure' } }).spec);
    expect(spec).toMatchObject({
      mode: 'cluster',
      restartPolicy: { onFailureRetryInterval: 5, onSubmissionFailureRetryInterval: 5 },
      driver: { cores: 1, memory: '1g' },
      executor: { cores: 1, memory: '1g', instances: 1 },
    });
    const sparkConf = { 'spark.executor.instances': '3', 'spark.driver.memory': '2g' };
    const told = defaultedSpec(application({ sparkConf }).spec);
    expect(told.executor.instances).toBeUndefined();
    expect(told.driver.memory).toBeUndefined();
    const dynamicAllocation = { enabled: true };
    const dynamic = defaultedSpec(application({ dynamicAllocation }).spec);
    expect(dynamic.executor.instances).toBeUndefined();
    expect(dynamic.dynamicAllocation?.shuffleTrackingEnabled).toBe(true);
  });
});

describe('the webhook', () => {
  it('refuses names that no service could have, and properties that are not for users', () => {
    expect(refusal(application({}, '2nd'))).toContain('invalid SparkApplication name "2nd": ');
    expect(refusal(application({ sparkConf: { 'spark.master': 'local' } }))).toBe(
      'sparkConf key "spark.master" is not allowed: this value is managed by the operator',
    );
    expect(refusal(application({ sparkConf: { 'spark.kubernetes.namespace': 'x' } }))).toBe(
      'sparkConf key "spark.kubernetes.namespace" is not allowed: must equal the application namespace "default", got "x"',
    );
  });

  it('refuses what contradicts itself, but only when it changes', () => {
    const nodeSelector = { a: 'b' };
    const twice = application({ nodeSelector, driver: { nodeSelector } });
    const text = 'node selector cannot be defined at both SparkApplication and Driver/Executor';
    expect(refusal(twice)).toBe(text);
    expect(refusal(twice, twice)).toBeUndefined();
    const template = { spec: { containers: [] } };
    expect(refusal(application({ sparkVersion: '2.4.0', driver: { template } }))).toBe(
      'pod template feature requires Spark version 3.0.0 or higher',
    );
    const options = [
      { servicePort: 80, ingressURLFormat: 'a' },
      { servicePort: 80, ingressURLFormat: 'b' },
    ];
    expect(refusal(application({ driverIngressOptions: options }))).toBe(
      'DriverIngressOptions has duplicate ServicePort: 80',
    );
  });
});

describe('a submission', () => {
  it('hands labels, secrets and local volumes on as properties', () => {
    const emptyDir = { sizeLimit: '1Gi' };
    const conf = confOf(
      application({
        volumes: [{ name: 'spark-local-dir-1', emptyDir }],
        executor: {
          instances: 2,
          volumeMounts: [{ name: 'spark-local-dir-1', mountPath: '/tmp/x' }],
          secrets: [{ name: 's', path: '/mnt', secretType: 'GCPServiceAccount' }],
        },
        hadoopConf: { a: 'b' },
      }),
    );
    const volume = 'spark.kubernetes.executor.volumes.emptyDir.spark-local-dir-1';
    expect(conf).toMatchObject({
      'spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id': 'id',
      'spark.kubernetes.driver.pod.name': 'pi-driver',
      'spark.executor.instances': '2',
      'spark.kubernetes.executor.secrets.s': '/mnt',
      'spark.executorEnv.GOOGLE_APPLICATION_CREDENTIALS': '/mnt/key.json',
      [`${volume}.mount.path`]: '/tmp/x',
      [`${volume}.options.sizeLimit`]: '1Gi',
      'spark.hadoop.a': 'b',
    });
  });

  it('needs its local volumes', () => {
    const volumeMounts = [{ name: 'spark-local-dir-1', mountPath: '/x' }];
    const app = application({ driver: { volumeMounts } });
    expect(submissionOf(app, 'id')).toBe('volume spark-local-dir-1 not found');
  });
});

describe('pods', () => {
  const pod: Pod = {
    metadata: { name: 'p', labels: { 'spark-role': 'executor' } },
    spec: { containers: [{ name: 'spark-kubernetes-executor', image: 'i' }] },
  };

  it('are given what spark-submit cannot give', () => {
    const app = application({
      volumes: [{ name: 'v', emptyDir: {} }],
      sparkConfigMap: 'conf',
      executor: {
        gpu: { name: 'nvidia.com/gpu', quantity: 2 },
        memoryLimit: '2g',
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
        sidecars: [{ name: 'side', image: 's' }],
        priorityClassName: 'high',
        tolerations: [{ key: 'gpu', operator: 'Exists' }],
      },
      batchScheduler: 'volcano',
    });
    const changed = mutatedPod(pod, app);
    if (typeof changed === 'string') throw new Error(changed);
    expect(changed.spec).toMatchObject({
      schedulerName: 'volcano',
      priorityClassName: 'high',
      tolerations: [{ key: 'gpu' }],
      volumes: [{ name: 'spark-configmap-volume' }, { name: 'v' }],
    });
    expect(changed.spec?.containers[0]).toMatchObject({
      env: [{ name: 'SPARK_CONF_DIR', value: '/etc/spark/conf' }],
      resources: { limits: { memory: '2Gi', 'nvidia.com/gpu': '2' } },
    });
    expect(changed.spec?.containers[1]?.name).toBe('side');
    expect(changed.spec?.initContainers).toBeUndefined();
  });
});

describe('retries', () => {
  it('go as far as the policy lets them, after longer and longer waits', () => {
    const policy = { type: 'OnFailure', onFailureRetries: 2, onFailureRetryInterval: 10 };
    const failing = (executionAttempts: number) => ({
      applicationState: { state: 'FAILING' as const },
      executionAttempts,
      submissionAttempts: executionAttempts,
      lastSubmissionAttemptTime: '2026-03-02T10:00:00Z',
    });
    expect([1, 2, 3].map(attempts => shouldRetry(failing(attempts), policy))).toEqual([
      ...[true, true, false],
    ]);
    expect(shouldRetry(failing(1), { type: 'OnFailure' })).toBe(false);
    const nowMs = Date.UTC(2026, 2, 2, 10, 0, 5);
    expect(retryWaitMs(failing(2), policy, nowMs)).toBe(15_000);
    expect(shouldRetry({ applicationState: { state: 'SUCCEEDING' } }, { type: 'Always' })).toBe(
      true,
    );
  });
});

describe('the web UI', () => {
  it('has a service whose name is cut where it is too long', () => {
    expect(partName('a'.repeat(60), 'ui-svc')).toMatch(/^a{47}-[0-9a-f]{8}-ui-svc$/);
    const service = uiService(application({ sparkConf: { 'spark.ui.port': '4041' } }));
    expect(service.spec?.ports).toEqual([
      { name: 'spark-driver-ui-port', port: 4041, targetPort: 4041 },
    ]);
  });
});

describe('hints', () => {
  const hints = (spec: Partial<SparkApplicationSpec>) =>
    sparkOperator.hints?.(application(spec) as unknown as KubeObject) ?? [];

  it('tell of sizes that Spark does not read, and of accounts without rights', () => {
    const driver = { memory: '1Gi', serviceAccount: 'spark' };
    expect(hints({ driver })).toEqual(['driver: Invalid suffix: "gi": write 512m or 4g, not 4Gi']);
    expect(hints({})[0]).toContain('without serviceAccount it runs as default');
    expect(hints({ driver: { serviceAccount: 's' }, batchScheduler: 'volcano' })[0]).toContain(
      'batchScheduler volcano',
    );
  });
});
