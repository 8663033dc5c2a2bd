/** What spark-submit and a driver make, as Spark's own tests have it. */
import { describe, expect, it } from 'vitest';
import { Random } from '../engine/random.js';
import { propertiesOf, propertiesText } from './conf.js';
import { driverObjects, type Submission } from './driver-pod.js';
import { executorPod } from './executor-pod.js';
import { containerMemory, mebibytesOf } from './memory.js';
import { appNameLabel, namePrefix } from './names.js';
import { localDirectories, volumesOf } from './volumes.js';

const means = { random: new Random(1), nowMs: Date.UTC(2026, 2, 2) };

function submission(conf: Readonly<Record<string, string>> = {}): Submission {
  return {
    appName: 'pi',
    namespace: 'ns',
    conf: { 'spark.kubernetes.container.image': 'spark:4.0.1', ...conf },
    mainClass: 'Main',
    resource: 'local:///a.jar',
    arguments: ['7'],
    driverTemplate: { spec: { containers: [{ name: 'spark-kubernetes-driver' }] } },
    executorTemplate: { spec: { containers: [{ name: 'spark-kubernetes-executor' }] } },
  };
}

function built(conf: Readonly<Record<string, string>> = {}, more: Partial<Submission> = {}) {
  const result = driverObjects({ ...submission(conf), ...more }, means);
  if (!result.isOk) throw new Error(result.error);
  return result.objects;
}

describe('memory', () => {
  it('is read as the JVM world writes it', () => {
    const values = ['512m', '4g', '2gb', '1024', '2048k'].map(mebibytesOf);
    expect(values.map(size => (size.isOk ? size.value : size.error))).toEqual([
      512, 4096, 2048, 1024, 2,
    ]);
    for (const [text, why] of [
      ['4Gi', 'Invalid suffix: "gi"'],
      ['1.5g', 'Fractional values are not supported. Input was: 1.5'],
      ['much', 'Failed to parse byte string: much'],
    ] as const) {
      const size = mebibytesOf(text);
      expect(size.isOk ? '' : size.error).toContain(why);
    }
  });

  it('has room for what is not heap: a tenth, four tenths for Python, never less than 384 MiB', () => {
    const of = (conf: Readonly<Record<string, string>>) => containerMemory(conf, 'executor');
    expect(of({ 'spark.executor.memory': '1g' })).toEqual({ isOk: true, value: 1408 });
    expect(of({ 'spark.executor.memory': '10g' })).toEqual({ isOk: true, value: 11_264 });
    const python = { 'spark.kubernetes.memoryOverheadFactor': '0.4' };
    expect(of({ ...python, 'spark.executor.memory': '10g' })).toEqual({
      isOk: true,
      value: 14_336,
    });
    const told = { 'spark.executor.memory': '1g', 'spark.executor.memoryOverhead': '512m' };
    expect(of(told)).toEqual({ isOk: true, value: 1536 });
  });
});

describe('properties', () => {
  it('come back as they were', () => {
    const conf = { 'spark.master': 'k8s://https://10.96.0.1:443', 'a b': ' c=d\\e\n#', '#x': '!' };
    expect(propertiesOf(propertiesText(conf, 'map'))).toEqual(conf);
    expect(propertiesText(conf, 'map')).toContain('k8s\\://https\\://10.96.0.1\\:443');
  });
});

describe('names', () => {
  it('are fit for DNS and labels', () => {
    expect(namePrefix('My App.2', 'abc')).toBe('my-app-2-abc');
    expect(namePrefix('2nd', 'abc')).toBe('xnd-abc');
    expect(appNameLabel('Spark Pi')).toBe('spark-pi');
  });
});

describe('volumes', () => {
  it('stand in properties', () => {
    const key = 'spark.kubernetes.executor.volumes.persistentVolumeClaim.spark-local-dir-1';
    const conf = {
      [`${key}.mount.path`]: '/data',
      [`${key}.mount.readOnly`]: 'true',
      [`${key}.options.claimName`]: 'c',
    };
    const found = volumesOf(conf, 'executor');
    expect(found).toEqual({
      volumes: [{ name: 'spark-local-dir-1', persistentVolumeClaim: { claimName: 'c' } }],
      mounts: [{ name: 'spark-local-dir-1', mountPath: '/data', readOnly: true }],
    });
    expect(localDirectories(found, conf, 'u')).toEqual({ volumes: [], mounts: [], value: '/data' });
    expect(localDirectories({ volumes: [], mounts: [] }, {}, 'u').value).toBe('/var/data/spark-u');
  });
});

describe('a driver', () => {
  it('is reached by a headless service with its labels', () => {
    const { pod, service, configMaps } = built({ 'spark.kubernetes.driver.label.team': 'x' });
    expect(service.metadata.name).toMatch(/^pi-[0-9a-f]{16}-driver-svc$/);
    expect(service.spec?.selector).toEqual(pod.metadata.labels);
    expect(pod.metadata.labels).toMatchObject({ team: 'x', 'spark-role': 'driver' });
    expect(configMaps.map(({ metadata }) => metadata.name)).toEqual([
      expect.stringMatching(/^pi-[0-9a-f]{16}-driver-podspec-conf-map$/),
      expect.stringMatching(/^spark-drv-[0-9a-f]{16}-conf-map$/),
    ]);
    const conf = propertiesOf(configMaps[1]?.data?.['spark.properties'] ?? '');
    expect(conf['spark.driver.host']).toBe(`${service.metadata.name ?? ''}.ns.svc`);
  });

  it('runs its program with the factor and the runner of its language', () => {
    const { pod } = built({ 'spark.driver.memory': '2g' }, { resource: 'local:///a.py' });
    const [container] = pod.spec?.containers ?? [];
    expect(container?.args?.slice(3)).toEqual([
      ...['--class', 'org.apache.spark.deploy.PythonRunner', 'local:///a.py', '7'],
    ]);
    expect(container?.resources?.requests).toEqual({ cpu: '1', memory: '2867Mi' });
  });

  it('asks for devices that its properties name, and for CPU as it is told', () => {
    const { pod } = built({
      'spark.driver.resource.gpu.amount': '2',
      'spark.driver.resource.gpu.vendor': 'nvidia.com',
      'spark.kubernetes.driver.request.cores': '100m',
      'spark.kubernetes.driver.limit.cores': '1',
    });
    expect(pod.spec?.containers[0]?.resources).toEqual({
      requests: { cpu: '100m', memory: '1408Mi' },
      limits: { cpu: '1', memory: '1408Mi', 'nvidia.com/gpu': '2' },
    });
  });

  it('is not made without a class or an image', () => {
    const noClass = driverObjects({ ...submission(), mainClass: '' }, means);
    expect(noClass).toMatchObject({ error: expect.stringContaining('No main class set in JAR') });
    const noImage = driverObjects({ ...submission(), conf: {} }, means);
    expect(noImage).toMatchObject({ error: expect.stringContaining('container image') });
  });
});

describe('an executor', () => {
  it('knows its driver, and runs as it does', () => {
    const { pod: driver, configMaps } = built({
      'spark.kubernetes.authenticate.driver.serviceAccountName': 'spark',
      'spark.executor.extraJavaOptions': '-Xint',
    });
    const pod = executorPod({
      conf: propertiesOf(configMaps[1]?.data?.['spark.properties'] ?? ''),
      template: { spec: { containers: [{ name: 'spark-kubernetes-executor' }, { name: 'side' }] } },
      namespace: 'ns',
      prefix: 'pi-x',
      executorId: 3,
      configMapName: 'map',
      localId: 'u',
      driver,
    });
    expect(pod.metadata.name).toBe('pi-x-exec-3');
    expect(pod.spec).toMatchObject({ hostname: 'pi-x-exec-3', serviceAccountName: 'spark' });
    const [side, spark] = pod.spec?.containers ?? [];
    expect(side?.name).toBe('side');
    const env = Object.fromEntries((spark?.env ?? []).map(({ name, value }) => [name, value]));
    expect(env['SPARK_DRIVER_URL']).toMatch(
      /^spark:\/\/CoarseGrainedScheduler@pi-[0-9a-f]{16}-driver-svc\.ns\.svc:7078$/,
    );
    expect(env).toMatchObject({
      SPARK_EXECUTOR_ID: '3',
      SPARK_JAVA_OPT_0: '-Xint',
      SPARK_JAVA_OPT_1: '-Dspark.driver.blockManager.port=7079',
    });
    expect(pod.metadata.labels?.['spark-version']).toBe('4.0.1');
  });
});
