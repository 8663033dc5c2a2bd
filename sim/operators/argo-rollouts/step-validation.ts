/** What a step of a canary may not say. @upstream argo-rollouts pkg/apis/rollouts/validation/validation.go ValidateRolloutStrategyCanary */
import { invalid, required, type FieldError } from '../../api/field-error.js';
import type { CanaryStep, CanaryStrategy } from './types.js';

const message =
  'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause';

/** The errors of one step. */
export function stepErrors(
  { trafficRouting }: CanaryStrategy,
  step: CanaryStep,
  at: {
    readonly path: string;
    readonly strategy: string;
    readonly weightMax: number;
    readonly pauseSeconds: number | undefined;
  },
): readonly FieldError[] {
  const { path, strategy, weightMax, pauseSeconds = 0 } = at;
  const { setWeight, setCanaryScale } = step;
  return [
    ...(countOf(step) > 1 ? [invalid(path, severalText(step), message)] : []),
    ...(isEmpty(step) ? [invalid(path, emptyText, message)] : []),
    ...(setWeight !== undefined && (setWeight < 0 || setWeight > weightMax)
      ? [
          invalid(
            `${path}.setWeight`,
            setWeight,
            `SetWeight needs to be between 0 and ${weightMax}`,
          ),
        ]
      : []),
    ...(pauseSeconds < 0
      ? [invalid(`${path}.pause.duration`, pauseSeconds, 'Duration needs to be greater than 0')]
      : []),
    ...(setCanaryScale !== undefined && trafficRouting === undefined
      ? [required(`${strategy}.trafficRouting`, 'SetCanaryScale requires TrafficRouting to be set')]
      : []),
  ];
}

function countOf({ setWeight, pause, experiment, analysis }: CanaryStep): number {
  return [setWeight, pause, experiment, analysis].filter(one => one !== undefined).length;
}

function severalText({ setWeight, pause, experiment, analysis }: CanaryStep): string {
  const [isExperiment, isPause, isWeight, isAnalysis] = [
    ...[experiment, pause, setWeight, analysis].map(one => one !== undefined),
  ];
  return `step.Experiment: ${isExperiment} step.Pause: ${isPause} step.SetWeight: ${isWeight} step.Analysis: ${isAnalysis}`;
}

const sorts = [
  ...['experiment', 'pause', 'setWeight', 'analysis', 'setCanaryScale'],
  ...['setHeaderRoute', 'setMirrorRoute', 'plugin'],
] as const;

function isEmpty(step: CanaryStep): boolean {
  return sorts.every(sort => step[sort as keyof CanaryStep] === undefined);
}

const emptyText = sorts
  .map(sort => `step.${sort.charAt(0).toUpperCase()}${sort.slice(1)}: true`)
  .join(' ');
