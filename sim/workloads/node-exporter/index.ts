/**
 * node-exporter: tells of the machine that it runs on what is known of it: its processors, its memory, its
 * name and its clock. All that the machine's containers use is told as `user`, spread over its processors.
 * Left out: file systems, disks, network devices, pressure, load, and whatever else nothing here counts.
 * @upstream prometheus/node_exporter v1.12 collector/{cpu,meminfo,uname,time,boottime}_linux.go
 */
import { expositionOf, expositionType, type Family } from '../../api/exposition.js';
import { Counters, gaugeNow, processStart } from '../../api/metric-vector.js';
import { flagsOf } from '../agnhost/flags.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import type { NodeReading, Workload } from '../workload.js';

const usage = { cpuMillis: 5, memoryBytes: 20 * 1024 ** 2 } as const;
const modes = ['idle', 'iowait', 'irq', 'nice', 'softirq', 'steal', 'system', 'user'];

/** Plays the image node-exporter. */
export const nodeExporter: Workload = {
  name: 'node-exporter',
  readsNode: true,
  start(context) {
    const flags = flagsOf(context.command);
    const served = servedBy(context);
    const [, port = '9100'] = /:(\d+)$/.exec(flags['web.listen-address'] ?? '') ?? [];
    const startedMs = context.clock.now();
    serveHttp(served.context.network, Number(port), ({ path }, respond) => {
      if (path.split('?')[0] !== '/metrics') return respond(textPage('404 page not found\n', 404));
      const reading = context.node?.();
      const nowMs = context.clock.now();
      const families = reading === undefined ? [] : nodeFamilies(reading, nowMs);
      const body = expositionOf([...families, processStart(startedMs)]);
      respond({ status: 200, contentType: expositionType, body });
    });
    context.use(usage);
    return { probe: served.probe, terminate: () => context.exit(0) };
  },
};

/** The families of a machine. */
export function nodeFamilies(reading: NodeReading, nowMs: number): readonly Family[] {
  const { memoryBytes, usedBytes, bootMs, name } = reading;
  const free = Math.max(memoryBytes - usedBytes, 0);
  const memory = (field: string, value: number): Family =>
    gaugeNow(
      { name: `node_memory_${field}_bytes`, help: `Memory information field ${field}_bytes.` },
      [[[], value]],
    );
  return [
    cpuFamily(reading, nowMs),
    memory('MemTotal', memoryBytes),
    memory('MemFree', free),
    memory('MemAvailable', free),
    // Programs touch no files: none of the memory holds them.
    ...['Buffers', 'Cached', 'Slab'].map(field => memory(field, 0)),
    gaugeNow(
      {
        name: 'node_uname_info',
        help: 'Labeled system information as provided by the uname system call.',
        labels: ['domainname', 'machine', 'nodename', 'release', 'sysname', 'version'],
      },
      [[['(none)', reading.machine, name, reading.kernel, 'Linux', ''], 1]],
    ),
    gaugeNow(
      {
        name: 'node_boot_time_seconds',
        help: 'Node boot time, in unixtime.',
      },
      [[[], bootMs / 1000]],
    ),
    gaugeNow({ name: 'node_time_seconds', help: 'System time in seconds since epoch (1970).' }, [
      [[], nowMs / 1000],
    ]),
  ];
}

function cpuFamily({ cores, cpuSeconds, bootMs }: NodeReading, nowMs: number): Family {
  const seconds = new Counters({
    name: 'node_cpu_seconds_total',
    help: 'Seconds the CPUs spent in each mode.',
    labels: ['cpu', 'mode'],
  });
  const upSeconds = (nowMs - bootMs) / 1000;
  const busy = cpuSeconds / cores;
  const spent = new Map([
    ['user', busy],
    ['idle', Math.max(upSeconds - busy, 0)],
  ]);
  for (let cpu = 0; cpu < cores; cpu++) {
    for (const mode of modes) seconds.add([String(cpu), mode], spent.get(mode) ?? 0);
  }
  return seconds.family();
}
