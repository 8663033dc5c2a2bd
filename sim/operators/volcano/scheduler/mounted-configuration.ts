/**
 * The scheduler's file, as the kubelet mounts it: a change of its ConfigMap is written when the kubelet
 * looks at the scheduler's pod again, after 60 to 90 seconds at most. What cannot be read leaves all as it
 * was. @upstream volcano v1.15.1 pkg/scheduler/scheduler.go loadSchedulerConf
 */
import { configMaps, type ConfigMap } from '../../../api/kinds/core.js';
import type { ControllerContext } from '../../../client/contract.js';
import type { Timer } from '../../../engine/clock.js';
import { configurationFile as file } from '../keys.js';
import { readConfiguration, shippedText, type Configuration } from './configuration.js';

const syncMs = 60_000;
const syncJitterFactor = 0.5;

/** The file, and what was last read of it that made sense. */
export class MountedConfiguration {
  current: Configuration;
  private text: string | undefined;
  private timer: Timer | undefined;

  constructor(
    private readonly context: ControllerContext,
    private readonly changed: () => void,
  ) {
    this.current = configurationOf(shippedText) ?? { actions: [], tiers: [], adjusted: [] };
  }

  /** The pod starts: the file is there. */
  start(): void {
    this.load();
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** The ConfigMap has changed. */
  hear({ metadata, data }: ConfigMap): void {
    const isOwn = metadata.name === file.configMap && metadata.namespace === file.namespace;
    const text = data?.[file.key];
    if (!isOwn || text === undefined || text === this.text || this.timer !== undefined) return;
    const { clock, random } = this.context;
    const periodMs = random.between(syncMs, syncMs * (1 + syncJitterFactor));
    const delayMs = Math.ceil(random.between(0, periodMs));
    this.timer = clock.after(delayMs, `kubelet writes ${file.key} of volcano-scheduler`, () => {
      this.timer = undefined;
      this.load();
      this.changed();
    });
  }

  private load(): void {
    const known = this.context.view.get(configMaps, file.namespace, file.configMap);
    const text = known?.data?.[file.key];
    if (text === undefined) return;
    this.text = text;
    this.current = configurationOf(text) ?? this.current;
  }
}

function configurationOf(text: string): Configuration | undefined {
  const read = readConfiguration(text);
  return read.isOk ? read.value : undefined;
}
