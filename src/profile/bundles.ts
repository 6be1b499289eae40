import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleRequest, bundleTarget } from './bundle.ts';
import { BundleLocations } from './locations.ts';

/** What a measurement runs: a bundle's file, and the places in the sources that its lines come from. */
export interface BundleFile {
  readonly outfile: string;
  readonly locations: BundleLocations;
}

/** One bundle for each kind of pass, and what is marked in it. */
const MARKS = { target: null, waits: 'waits', counts: null, stacks: 'calls' } as const satisfies Record<
  string,
  BundleRequest['marks']
>;

/** The bundles of one target in one folder, each made once. */
export class Bundles {
  readonly #folder: string;
  readonly #request: Omit<BundleRequest, 'outfile' | 'marks'>;
  readonly #made = new Map<string, Promise<BundleFile>>();

  constructor(folder: string, request: Omit<BundleRequest, 'outfile' | 'marks'>) {
    this.#folder = folder;
    this.#request = request;
  }

  /** @throws UserError when the code cannot be built */
  get(name: keyof typeof MARKS): Promise<BundleFile> {
    const known = this.#made.get(name);
    if (known) return known;
    const made = this.#make(name);
    made.catch(() => {}); // one made ahead may not be needed; whoever awaits it hears
    this.#made.set(name, made);
    return made;
  }

  async #make(name: keyof typeof MARKS): Promise<BundleFile> {
    const outfile = join(this.#folder, `${name}.mjs`);
    const bundle = await bundleTarget({ ...this.#request, outfile, marks: MARKS[name] });
    await writeFile(outfile, bundle.code);
    return { outfile, locations: new BundleLocations(outfile, bundle) };
  }
}
