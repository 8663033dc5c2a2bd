/** A run step by step: what the cluster was like after each, told by what changed since the step before. */
import { changeList, changesBetween } from './changes.js';
import { sinceStart } from './happenings.js';
import { markup, type Markup } from './markup.js';
import type { Scene } from './scene.js';

/** The section; each step's time moves the slider. */
export function stepByStep(scene: Scene, number: number): Markup {
  const stops = scene.told.filter(({ topic }) => ['step', 'fault', 'FAILED'].includes(topic));
  const items = stops.map(({ ms, topic, text }, index) => {
    const untilMs = stops[index + 1]?.ms ?? Infinity;
    const isLast = index === stops.length - 1;
    const changes = changesBetween(scene, ms, isLast ? Infinity : untilMs);
    return markup`<li class="${topic === 'FAILED' ? 'is-failed' : ''}"
      ><p><button type="button" data-goto="${ms}">${sinceStart(ms)}</button>
        <span class="topic">${topic}</span> <strong>${text}</strong></p>${changeList(changes)}</li
    >`;
  });
  return markup`<section aria-labelledby="told-${number}" id="r${number}-told">
    <h3 id="told-${number}">Step by step</h3>
    <p class="note">Below each step: how the objects of the cluster differ at its end from its beginning.
      + new, − gone, ~ changed.</p>
    <ol class="step-by-step">${items}</ol></section
  >`;
}
