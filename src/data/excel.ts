import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { codeOf, UserError } from '../base/errors.ts';
import type { Job } from './conversionJob.ts';
import type { SheetJob, WrittenSheet } from './excelSheet.ts';
import { castTo, textToParquet } from './textRows.ts';

/** What the thread answers with: a sentence where the reader can do something about it. */
export type SheetAnswer = WrittenSheet | { readonly problem: string };

/** Brings one sheet of an Excel file into Parquet. */
export async function convertExcel({ source, folder, options, database, signal }: Job): Promise<void> {
  const text = join(folder, 'rows.csv');
  const { columns, rows } = await inThread({ source, sheet: options.sheet, text }, signal);
  await textToParquet(database, {
    from: text,
    rows,
    to: join(folder, 'rows.parquet'),
    columns: columns.map(({ name, type }) => castTo(name, type)),
    signal,
  });
  await rm(text);
}

/** Reads a sheet in a thread that ends with it: a large one takes seconds, in which nothing else would have a turn. */
async function inThread(job: SheetJob, stop: AbortSignal): Promise<WrittenSheet> {
  stop.throwIfAborted();
  const script = import.meta.url.endsWith('.ts') ? './excelThread.ts' : './excel.js';
  const worker = new Worker(new URL(script, import.meta.url), { workerData: job, execArgv: [] }); // whatever the program itself was started with
  const answered = Promise.withResolvers<SheetAnswer>();
  const leave = () => answered.reject(stop.reason);
  stop.addEventListener('abort', leave);
  worker.once('message', answered.resolve).once('error', (error) => answered.reject(explained(error, job)));
  worker.once('exit', () => answered.reject(new Error('The thread that reads Excel files ended.')));
  try {
    const answer = await answered.promise;
    if ('problem' in answer) throw new UserError(answer.problem);
    return answer;
  } finally {
    stop.removeEventListener('abort', leave);
    await worker.terminate();
  }
}

function explained(error: unknown, { source }: SheetJob): unknown {
  if (codeOf(error) !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new UserError(`${source} takes more memory than this program may have. Save the sheet as CSV and load that.`, {
    cause: error,
  });
}
