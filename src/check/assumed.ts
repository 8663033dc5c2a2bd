/** What voyages take for granted of the programs in containers, where no scenario says what they do: in a few lines. */
import type { Container } from '../../sim/api/kinds/core.js';
import { chooser } from '../../sim/workloads/index.js';
import { commandLine } from '../../sim/nodes/environment.js';
import type { AnyEntry } from './entry.js';
import type { Survey } from './survey.js';

const choose = chooser([]);

/** Programs that load models for minutes before they serve. */
const modelServer =
  /(^|\/)(vllm-openai|vllm-cpu|vllm|vllm-tpu|text-generation-inference|tritonserver|sglang|llama\.cpp|ollama|tei|text-embeddings-inference|torchserve|jetstream-http|optimum-tpu|nim)\b/;

/** Whether steps read what others print or write. */
function readsResults({ group, manifest }: AnyEntry): boolean {
  if (group !== 'argoproj.io') return false;
  return /outputs\.(result|parameters|artifacts)\b/.test(JSON.stringify(manifest.object));
}

/** The lines, without those that are about nothing. */
export function assumedOf({ templates, entries }: Survey): readonly string[] {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const { spec } of templates) {
    const pod = { metadata: {}, spec };
    const kindOf = (container: Container): string =>
      choose({ pod, container, command: commandLine(container, {}, undefined) }).name;
    for (const container of spec.initContainers ?? []) count(`init ${kindOf(container)}`);
    for (const container of spec.containers) {
      const name = kindOf(container);
      count(name);
      const image = container.image ?? '';
      if (name === 'run-forever' && modelServer.test(image)) count('model server');
    }
  }
  const of = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
  const told: readonly (readonly [number, string])[] = [
    [of('run-forever', 'init run-forever'), 'started at once, listening, content with every probe'],
    [of('model server'), 'of these serving at once, though model servers load for minutes'],
    [of('init waiting', 'waiting'), 'waiting for others as their commands say'],
    [of('init complete-after'), 'done at once, as init containers of which nothing is known'],
    [of('complete-after'), 'done after 2 s, as Jobs of which nothing is known'],
    [
      entries.filter(readsResults).length,
      'reading results of steps: those of programs of which nothing is known are empty, unless a scenario names a workload for them',
    ],
  ];
  return told.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
}
