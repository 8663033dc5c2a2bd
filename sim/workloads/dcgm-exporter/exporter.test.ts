import { expect, it } from 'vitest';
import type { GpuReading } from '../../api/node-endpoint.js';
import type { ContainerContext } from '../workload.js';
import { CountersError, readCounters } from './counters.js';
import { Exporter } from './exporter.js';
import { exporterOptions } from './options.js';

const counters = readCounters(`# a comment
DCGM_FI_DEV_XID_ERRORS, gauge, Last Xid.
DCGM_FI_DEV_GPU_UTIL ,  gauge, Use.
DCGM_FI_DEV_POWER_USAGE, gauge,"Power, in W."
DCGM_FI_DEV_FB_USED, gauge, Memory.
DCGM_FI_PROF_GR_ENGINE_ACTIVE, gauge, Engine.
DCGM_FI_PROF_DRAM_ACTIVE, gauge, Memory interface.
DCGM_FI_DRIVER_VERSION, label, Driver.
`);

function reading(id: string, more: Partial<GpuReading> = {}): GpuReading {
  const usual = { resourceName: 'nvidia.com/gpu', model: 'NVIDIA-L4', memoryMiB: 23_034 };
  const counted = { isHealthy: true, utilization: 0, busySeconds: 0, upSeconds: 100 };
  return { id, ...usual, ...counted, ...more };
}

const holder = (pod: string) => ({ namespace: 'default', pod, container: 'c' });

interface Place {
  readings: readonly GpuReading[];
  tick(): void;
}

function exporterOf(
  place: Place,
  env: Readonly<Record<string, string>>,
  securityContext: object = { capabilities: { add: ['SYS_ADMIN'] } },
): Exporter {
  const context = {
    command: [],
    env: { NODE_NAME: 'n', DCGM_EXPORTER_KUBERNETES: 'true', ...env },
    pod: { metadata: { name: 'dcgm' }, spec: { containers: [] } },
    container: { name: 'c', image: 'dcgm-exporter:4.5.3-4.8.2', securityContext },
    gpus: () => place.readings,
    volume: () => ({}),
    clock: {
      now: () => 0,
      after: (_ms: number, _label: string, act: () => void) => (place.tick = act),
    },
  };
  // The exporter looks at no more of its context.
  const whole = context as unknown as ContainerContext;
  return new Exporter(whole, exporterOptions(whole), counters);
}

const place = (readings: readonly GpuReading[]): Place => ({ readings, tick: () => undefined });

/** The series, without what is the same in all. */
const seriesOf = (exporter: Exporter): readonly string[] =>
  exporter
    .text()
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line =>
      line
        .replace(/^DCGM_FI_(DEV|PROF)_/, '')
        .replace(/UUID=.*?modelName="NVIDIA [^"]*",/, '')
        .replace(',Hostname="n",DCGM_FI_DRIVER_VERSION="570.172.08"', ''),
    );

it('tells its readings of the last interval, and pods and errors of the moment', () => {
  const at = place([reading('GPU-a', { utilization: 0.5, busySeconds: 9, holder: holder('p') })]);
  const exporter = exporterOf(at, {});
  expect(exporter.text()).toContain(`# HELP DCGM_FI_DEV_POWER_USAGE Power, in W.
# TYPE DCGM_FI_DEV_POWER_USAGE gauge
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",pci_bus_id="00000000:0F:00.0",device="nvidia0",modelName="NVIDIA L4",Hostname="n",DCGM_FI_DRIVER_VERSION="570.172.08",container="c",namespace="default",pod="p"} 42.000000
`);
  at.readings = [reading('GPU-a', { utilization: 1, holder: holder('q'), xid: 31 })];
  const pod = 'container="c",namespace="default",pod="q"';
  const error = 'err_code="31",err_msg="GPU memory page fault"';
  expect(seriesOf(exporter).filter(line => /^(GPU_UTIL|XID)/.test(line))).toEqual([
    `GPU_UTIL{gpu="0",${pod}} 50`,
    `XID_ERRORS{gpu="0",container="c",${error},namespace="default",pod="q"} 31`,
  ]);
  at.tick();
  expect(seriesOf(exporter)).toContain(`GPU_UTIL{gpu="0",${pod}} 100`);
});

it('reads nothing but the error of a GPU that has fallen off the bus', () => {
  const at = place([reading('GPU-a', { xid: 79, isHealthy: false }), reading('GPU-b')]);
  const lines = seriesOf(exporterOf(at, {}));
  expect(lines.filter(line => line.includes('gpu="0"'))).toEqual([
    'XID_ERRORS{gpu="0",err_code="79",err_msg="GPU has fallen off the bus"} 79',
  ]);
  expect(lines.filter(line => line.includes('gpu="1"'))).toHaveLength(5);
});

it('tells of instances instead of a GPU that is cut up, without what is counted for whole ones', () => {
  const instance = (number: number, more: Partial<GpuReading>) =>
    reading(`MIG-${number}`, {
      resourceName: 'nvidia.com/mig-3g.40gb',
      gpu: 0,
      model: 'NVIDIA-A100-SXM4-80GB-MIG-3g.40gb',
      instance: { gpuId: 'GPU-whole', number },
      ...more,
    });
  const at = place([instance(2, {}), instance(1, { utilization: 0.7, holder: holder('p') })]);
  const exporter = exporterOf(at, {});
  expect(exporter.text()).toContain('UUID="GPU-whole"');
  const told = (number: number) => `GPU_I_PROFILE="3g.40gb",GPU_I_ID="${number}"`;
  const pod = 'container="c",namespace="default",pod="p"';
  expect(seriesOf(exporter).filter(line => !/^(XID|FB)/.test(line))).toEqual([
    // Three sevenths of 340 W above those of an idle GPU, for 0.7 of the time.
    `POWER_USAGE{gpu="0",${told(1)},${pod}} 162.000000`,
    `POWER_USAGE{gpu="0",${told(2)}} 162.000000`,
    `GR_ENGINE_ACTIVE{gpu="0",${told(1)},${pod}} 0.700000`,
    `GR_ENGINE_ACTIVE{gpu="0",${told(2)}} 0.000000`,
  ]);
});

it('tells the last pod of a shared GPU, or each', () => {
  const share = (index: number) =>
    reading(`GPU-a::${index}`, { utilization: 0.4, busySeconds: 1, holder: holder(`p${index}`) });
  const at = place([share(0), share(1)]);
  const util = (exporter: Exporter) =>
    seriesOf(exporter).filter(line => /^(GPU_UTIL|FB_USED)/.test(line));
  const pod = (index: number) => `container="c",namespace="default",pod="p${index}"`;
  expect(util(exporterOf(at, {}))).toEqual([
    `GPU_UTIL{gpu="0",${pod(1)}} 80`,
    `FB_USED{gpu="0",${pod(1)}} 1044`,
  ]);
  expect(util(exporterOf(at, { KUBERNETES_VIRTUAL_GPUS: 'true' })).slice(0, 2)).toEqual([
    `GPU_UTIL{gpu="0",${pod(0)},vgpu="0"} 80`,
    `GPU_UTIL{gpu="0",${pod(1)},vgpu="1"} 80`,
  ]);
});

it('profiles only with SYS_ADMIN', () => {
  const at = place([reading('GPU-a')]);
  expect(exporterOf(at, {}, {}).text()).not.toContain('GR_ENGINE_ACTIVE{');
  expect(Exporter.untold(counters)).toEqual(['DCGM_FI_PROF_DRAM_ACTIVE']);
});

it('has a reading of every kind of throttling, of which there is none', () => {
  const kinds = ['POWER', 'THERMAL', 'SYNC_BOOST', 'BOARD_LIMIT', 'LOW_UTIL', 'RELIABILITY'];
  const lines = kinds.map(kind => `DCGM_FI_DEV_${kind}_VIOLATION, counter, Throttling.`);
  expect(Exporter.untold(readCounters(lines.join('\n')))).toEqual([]);
});

it('refuses counters that it cannot read', () => {
  expect(() => readCounters('DCGM_FI_DEV_GPU_UTIL, gauge')).toThrow(
    'malformed CSV record; err: failed to parse line 0 (`[DCGM_FI_DEV_GPU_UTIL gauge]`), expected 3 fields',
  );
  expect(() => readCounters('NOPE, gauge, x')).toThrow(CountersError);
  expect(() => readCounters('DCGM_FI_DEV_GPU_UTIL, number, x')).toThrow(
    "could not find Prometheus metric type 'number'",
  );
});

it('names the node as its version does', () => {
  const of = (image: string) =>
    exporterOptions({
      command: ['-c', '1000', '-n'],
      env: {},
      pod: { apiVersion: 'v1', kind: 'Pod', metadata: {} },
      container: { name: 'c', image },
    });
  expect(of('dcgm-exporter:4.5.3-4.8.2-distroless')).toMatchObject({
    hostnameLabel: 'Hostname',
    hostname: '',
    intervalMs: 1_000,
  });
  expect(of('dcgm-exporter:4.6.0-4.9.0').hostnameLabel).toBe('hostname');
});
