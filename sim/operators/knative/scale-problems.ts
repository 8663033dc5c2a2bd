/** What is wrong with the annotations of autoscaling. @upstream knative/serving v1.22.1 pkg/apis/autoscaling/annotation_validation.go */
import { parseDuration, printDuration } from '../../api/duration.js';
import { invalidValue, outOfBounds, type FieldProblem } from './field-problem.js';
import { classes, keys, scaleAnnotation, scaleKeys, type ScaleKey } from './keys.js';
import type { AutoscalerSettings } from './settings.js';

type Texts = Readonly<Record<string, string>>;

const int32Max = 2_147_483_647;
const second = 1e9;
const hour = 3600 * second;
const windowLeast = 6 * second;

/** The problems. */
export function scaleProblems(
  annotations: Texts,
  settings: AutoscalerSettings,
): readonly FieldProblem[] {
  return [
    ...classProblems(annotations),
    ...boundProblems(annotations, settings),
    ...shareProblems(annotations),
    ...durationProblems(annotations, 'window', { least: windowLeast, isWhole: true }),
    ...durationProblems(annotations, 'podRetention', { least: 0, isWhole: false }),
    ...durationProblems(annotations, 'scaleDownDelay', { least: 0, isWhole: true }),
    ...metricProblems(annotations, settings),
    ...algorithmProblems(annotations),
    ...initialProblems(annotations, settings),
  ];
}

function classProblems(annotations: Texts): readonly FieldProblem[] {
  const value = annotations[keys.class];
  const isOurs = value?.endsWith('autoscaling.knative.dev') === true;
  const isKnown = value === classes.kpa || value === classes.hpa;
  return isOurs && !isKnown ? [invalidValue(value, keys.class)] : [];
}

function boundProblems(
  annotations: Texts,
  { maxScaleLimit }: AutoscalerSettings,
): readonly FieldProblem[] {
  const least = wholeNumber(annotations, 'minScale');
  const most = wholeNumber(annotations, 'maxScale');
  const problems = [...least.problems, ...most.problems];
  if (most.value !== 0 && most.value < least.value) {
    const message = `max-scale=${most.value} is less than min-scale=${least.value}`;
    problems.push({ message, paths: [fullKey('maxScale'), fullKey('minScale')] });
  }
  const given = scaleAnnotation(annotations, 'maxScale');
  if (given !== undefined && maxScaleLimit > 0) {
    if (most.value > maxScaleLimit) {
      problems.push(outOfBounds(most.value, [1, maxScaleLimit], given.key));
    }
    if (most.value === 0) {
      const message = `max-scale=0 (unlimited), must be less than ${maxScaleLimit}`;
      problems.push({ message, paths: [given.key] });
    }
  }
  return [...problems, ...activationProblems(annotations, least.value, most.value)];
}

function fullKey(name: ScaleKey): string {
  return `${keys.autoscalingPrefix}/${scaleKeys[name][0]}`;
}

function wholeNumber(
  annotations: Texts,
  name: ScaleKey,
): { readonly value: number; readonly problems: readonly FieldProblem[] } {
  const given = scaleAnnotation(annotations, name);
  if (given === undefined) return { value: 0, problems: [] };
  const { key, value: text } = given;
  if (!/^[+-]?\d+$/.test(text)) return { value: 0, problems: [invalidValue(text, key)] };
  const value = Number(text);
  if (value >= 0 && value <= int32Max) return { value, problems: [] };
  return { value: 0, problems: [outOfBounds(text, [0, int32Max], key)] };
}

function activationProblems(
  annotations: Texts,
  least: number,
  most: number,
): readonly FieldProblem[] {
  const given = scaleAnnotation(annotations, 'activationScale');
  if (given === undefined) return [];
  const { key, value: text } = given;
  if (!/^[+-]?\d+$/.test(text)) return [invalidValue(text, key)];
  const value = Number(text);
  const tell = (message: string): readonly FieldProblem[] => [{ message, paths: [key] }];
  if (least > value) return tell(`min-scale=${least} is greater than activation-scale=${value}`);
  if (most < value && most !== 0) {
    return tell(`max-scale=${most} is less than activation-scale=${value}`);
  }
  return value < 2 ? tell(`activation-scale=${value} must be greater than 1`) : [];
}

function shareProblems(annotations: Texts): readonly FieldProblem[] {
  const between = (name: ScaleKey, least: number, most: number): readonly FieldProblem[] => {
    const given = scaleAnnotation(annotations, name);
    if (given === undefined) return [];
    const value = numberOf(given.value);
    if (value === undefined) return [invalidValue(given.value, given.key)];
    const isWithin = value >= least && value <= most;
    return isWithin ? [] : [outOfBounds(given.value, [least, most], given.key)];
  };
  return [
    ...between('panicWindow', 1, 100),
    ...between('panicThreshold', 110, 1000),
    ...targetProblems(annotations),
    ...between('targetUtilization', 1, 100),
    ...burstProblems(annotations),
  ];
}

function numberOf(text: string): number | undefined {
  const value = text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function targetProblems(annotations: Texts): readonly FieldProblem[] {
  const given = scaleAnnotation(annotations, 'target');
  if (given === undefined) return [];
  const value = numberOf(given.value);
  if (value === undefined) return [invalidValue(given.value, given.key)];
  const message = `target ${given.value} should be at least 0.01`;
  return value < 0.01 ? [{ message, paths: [given.key] }] : [];
}

function burstProblems(annotations: Texts): readonly FieldProblem[] {
  const given = scaleAnnotation(annotations, 'targetBurstCapacity');
  if (given === undefined) return [];
  const value = numberOf(given.value);
  const isGood = value !== undefined && (value >= 0 || value === -1);
  return isGood ? [] : [invalidValue(given.value, given.key)];
}

function durationProblems(
  annotations: Texts,
  name: ScaleKey,
  { least, isWhole }: { readonly least: number; readonly isWhole: boolean },
): readonly FieldProblem[] {
  const given = scaleAnnotation(annotations, name);
  if (given === undefined) return [];
  const { key, value: text } = given;
  const parsed = parseDuration(text);
  if (!parsed.isOk) return [invalidValue(text, key)];
  const { value } = parsed;
  if (value < least || value > hour) {
    return [outOfBounds(text, [printDuration(least), printDuration(hour)], key)];
  }
  const message = 'must be specified with at most second precision';
  return isWhole && value % second !== 0 ? [{ message, paths: [key] }] : [];
}

function metricProblems(annotations: Texts, settings: AutoscalerSettings): readonly FieldProblem[] {
  const metric = annotations[keys.metric];
  if (metric === undefined) return [];
  const ownClass = annotations[keys.class] ?? settings.class;
  const isGood =
    ownClass === classes.kpa
      ? metric === 'concurrency' || metric === 'rps'
      : ownClass !== classes.hpa || metric !== '';
  return isGood ? [] : [invalidValue(metric, keys.metric)];
}

function algorithmProblems(annotations: Texts): readonly FieldProblem[] {
  const given = scaleAnnotation(annotations, 'algorithm');
  if (annotations[keys.class] !== classes.kpa || given === undefined || given.value === '') {
    return [];
  }
  const known = ['linear', 'weighted-exponential', 'weightedExponential'];
  return known.includes(given.value) ? [] : [invalidValue(given.value, given.key)];
}

function initialProblems(
  annotations: Texts,
  { allowZeroInitialScale }: AutoscalerSettings,
): readonly FieldProblem[] {
  const given = scaleAnnotation(annotations, 'initialScale');
  if (given === undefined) return [];
  const { key, value: text } = given;
  if (!/^[+-]?\d+$/.test(text)) return [invalidValue(text, key)];
  if (Number(text) < 0) return [invalidValue(text, `${key} must be greater than 0`)];
  const isRefused = Number(text) === 0 && !allowZeroInitialScale;
  return isRefused ? [invalidValue(text, `${key}=0 not allowed by cluster`)] : [];
}
