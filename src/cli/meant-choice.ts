/** Adds the choice that was meant to commander's refusal of one that there is not. */
import { didYouMean } from '../input/errors.js';

/** `... Allowed choices are text, json.` gets `(Did you mean json?)`, as commander says it of commands and flags. */
export function withMeantChoice(text: string): string {
  const [, given, choices] = /'([^']*)' is invalid.* Allowed choices are (.*)\.$/m.exec(text) ?? [];
  if (given === undefined || choices === undefined) return text;
  const meant = didYouMean(given, choices.split(', '));
  return meant === undefined ? text : `${text.trimEnd()}\n(Did you mean ${meant}?)\n`;
}
