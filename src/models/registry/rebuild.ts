/** Trains a version again from what its entry says. */
import { modelKind } from '../kinds.js';
import type { Dataset, Model } from '../model.js';
import { digestOf } from './entry.js';
import type { ModelMetadata } from './metadata.js';
import { recipeHash, recipeOf } from './recipe.js';
import { refuseEntry } from './refusal.js';

/**
 * The model of an entry, trained again: equal to the one that was registered, to the bit. `datasets` gives
 * the training rows again.
 *
 * @throws UserError `bad-model-entry` that names what differs: the code, the rows, or what came of them.
 */
export function rebuildModel(
  metadata: ModelMetadata,
  datasets: (metadata: ModelMetadata) => Dataset,
): Model {
  const { name, version, recipe, modelDigest, hash } = metadata;
  const where = `model ${name}, version ${version}`;
  const kind = modelKind(recipe.kind);
  if (kind.revision !== recipe.codeRevision) {
    refuseEntry(
      where,
      `was trained by revision ${recipe.codeRevision} of ${kind.name}; this is ${kind.revision}`,
      'rebuild it with the seatrial that trained it',
    );
  }
  const data = datasets(metadata);
  const again = recipeOf(kind, { ...recipe, data });
  if (again.dataDigest !== recipe.dataDigest) {
    refuseEntry(
      where,
      `was trained on other rows: their digest is ${recipe.dataDigest}, and not ${again.dataDigest}`,
      'give the rows of its training time, from its source, in their order',
    );
  }
  if (recipeHash(again) !== hash) refuseEntry(where, 'its hash is not that of its recipe');
  const model = kind.train(data, recipe.settings);
  if (digestOf(model) !== modelDigest) {
    refuseEntry(where, 'comes out otherwise than it was registered', 'report this as a bug');
  }
  return model;
}
