/** Reads all that the user gave with the format that each file has. */
import { visitFiles } from './intake/files.js';
import { formats } from './import/index.js';
import { Collection } from './rebuild/collection.js';

/** Files that lie beside dumps and say nothing of the cluster. */
const aside = /(^|\/)(readme(\.\w+)?|\.DS_Store|.*\.(md|html?|png|svg))$/i;

/**
 * Reads the paths; close its writes when done.
 *
 * @throws UserError when a path does not exist.
 */
export async function collect(paths: readonly string[]): Promise<Collection> {
  const collection = new Collection();
  await visitFiles(
    paths,
    async file => {
      const format = formats.find(each => each.recognises(file));
      if (format === undefined) {
        const isEmpty = file.head.length === 0;
        if (isEmpty) collection.unused('empty files', { file: file.path });
        else if (aside.test(file.path))
          collection.unused('texts beside the dumps', { file: file.path });
        else collection.problem({ file: file.path }, 'no format that an import knows; left out');
        return;
      }
      collection.begin(format.name, file.path, file.modifiedMs);
      await format.read(file, collection);
    },
    (source, what) => collection.problem(source, what),
  );
  collection.end();
  return collection;
}
