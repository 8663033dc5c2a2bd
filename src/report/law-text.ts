/** A law in words: what it says, where it is written, and by which thresholds it judges. */
import type { Law } from '../laws/law.js';

/** The lines. */
export function lawLines({
  name,
  family,
  says,
  source,
  settings,
  touches = [],
}: Omit<Law, 'begin'>): string[] {
  const own = Object.entries(settings).map(([setting, value]) => `  ${setting} = ${value}`);
  return [
    `${name} (${family})`,
    `  ${says}`,
    ...(source === undefined ? [] : [`  source: ${source}`]),
    ...(touches.length === 0 ? [] : [`  rests on what is approximated in: ${touches.join(', ')}`]),
    ...(own.length === 0
      ? ['', 'It has no settings.']
      : ['', 'settings (--law-setting LAW.SETTING=NUMBER, or spec.laws of a scenario):', ...own]),
  ];
}
