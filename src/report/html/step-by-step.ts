/** A run step by step: what the cluster was like after each, told by what changed since the step before. */
import { changeList, changesBetween } from './changes.js';
import { sinceStart } from './happenings.js';
import { markup, type Markup } from './markup.js';
import type { Scene } from './scene.js';

interface Stop {
  readonly ms: number;
  readonly told: { readonly topic: string; readonly text: string }[];
}

const topics = new Set(['step', 'fault', 'event', 'refused', 'FAILED']);

/** What was told at one instant is one stop. */
function stopsOf({ told }: Scene): readonly Stop[] {
  const stops: Stop[] = [];
  for (const entry of told) {
    if (!topics.has(entry.topic)) continue;
    const last = stops.at(-1);
    if (last?.ms === entry.ms) last.told.push(entry);
    else stops.push({ ms: entry.ms, told: [entry] });
  }
  return stops;
}

/** The section; each step's time moves the slider. */
export function stepByStep(scene: Scene, number: number): Markup {
  const stops = stopsOf(scene);
  const items = stops.map(({ ms, told }, index) => {
    const changes = changesBetween(scene, ms, stops[index + 1]?.ms ?? Infinity);
    const lines = told.map(
      ({ topic, text }) => markup`<span class="step-line ${topic === 'FAILED' ? 'is-failed' : ''}"
        ><span class="topic">${topic}</span> <strong>${text}</strong></span>`,
    );
    return markup`<li><div class="stop"><button type="button" data-goto="${ms}"
      >${sinceStart(ms)}</button><div>${lines}</div></div>${changeList(changes)}</li>`;
  });
  return markup`<section aria-labelledby="told-${number}" id="r${number}-told">
    <h3 id="told-${number}">Step by step</h3>
    <p class="note">Below each step: what it led to, until the next. + new, − gone, ~ changed.</p>
    <ol class="step-by-step">${items}</ol></section
  >`;
}
