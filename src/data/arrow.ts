import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { zstdDecompressSync } from 'node:zlib';
import type { RecordBatchReader } from 'apache-arrow';
import { messageOf, UserError } from '../base/errors.ts';
import { type ArrowColumn, arrowColumn } from './arrowColumn.ts';
import type { Job } from './conversionJob.ts';
import { unpacked } from './decode.ts';
import { lz4Frame } from './lz4.ts';
import { textRow, textToParquet } from './textRows.ts';

type Arrow = typeof import('apache-arrow');

/** Rows taken at a time; other work gets its turn between. */
const CHUNK_ROWS = 1_000;

/** Brings an Arrow file or stream (also Feather's second version) into Parquet, one record batch after the other. */
export async function convertArrow({ source, folder, database, signal }: Job): Promise<void> {
  const arrow = await loadArrow();
  const text = join(folder, 'rows.csv');
  let file: FileHandle | null = null;
  let columns: readonly ArrowColumn[] = [];
  let rows = 0;
  try {
    const isPacked = /\.(gz|zst)$/i.test(source);
    file = isPacked ? null : await open(source);
    const { RecordBatchReader: Reader } = arrow;
    const reader: RecordBatchReader = await (file ? Reader.from(file) : Reader.from(unpacked(source)));
    await reader.open();
    columns = reader.schema.fields.map((field) => arrowColumn(field, source, arrow));
    const counted = (lines: number) => {
      rows += lines;
    };
    await pipeline(textOf(reader, columns, counted), createWriteStream(text), { signal });
  } catch (error) {
    if (error instanceof UserError || signal?.aborted) throw error;
    throw new UserError(`${source} cannot be read as an Arrow file: ${messageOf(error)}.`, { cause: error });
  } finally {
    await file?.close().catch(() => {}); // the reader may have done so
  }
  await textToParquet(database, { from: text, rows, to: join(folder, 'rows.parquet'), columns, signal });
  await rm(text);
}

async function loadArrow(): Promise<Arrow> {
  const arrow = await import('apache-arrow');
  arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, { decode: (bytes) => zstdDecompressSync(bytes) });
  arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { decode: lz4Frame });
  return arrow;
}

async function* textOf(
  reader: RecordBatchReader,
  columns: readonly ArrowColumn[],
  counted: (lines: number) => void,
): AsyncGenerator<string> {
  for await (const batch of reader) {
    counted(batch.numRows);
    const readers = columns.map((column, index) => column.reader(batch.data.children[index]!));
    for (let start = 0; start < batch.numRows; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, batch.numRows - start);
      yield Array.from({ length: count }, (_, row) => textRow(readers.map((read) => read(start + row)))).join('');
      await new Promise(setImmediate);
    }
  }
}
