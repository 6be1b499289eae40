import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Data, type DataOptions, openData } from '../../src/data/openData.ts';

/** A folder of small files with a database that reads them. */
export interface DataFolder extends Data {
  readonly directory: string;
  write(path: string, content: string | Uint8Array): Promise<string>;
  remove(): Promise<void>;
}

export const FLIGHTS = `origin,delay,distance,date
SEA,10,100.5,2024-01-01
SFO,30,200,2024-01-02
SEA,20,,2024-01-03
,-5,50,2024-01-04
`;

export async function dataFolder(options: DataOptions = {}): Promise<DataFolder> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'memoir-data-')));
  const data = openData({ directory, threads: 1, keptIn: join(directory, '.memoir'), ...options });
  return {
    ...data,
    directory,
    async write(path, content) {
      const full = join(directory, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, content);
      return full;
    },
    async remove() {
      await data.close();
      await rm(directory, { recursive: true });
    },
  };
}
