// The thread that reads an Excel file: its library works without a pause.
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../base/errors.ts';
import type { SheetAnswer } from './excel.ts';
import { type SheetJob, writeSheet } from './excelSheet.ts';

const told: SheetAnswer = await writeSheet(workerData as SheetJob).catch((error: unknown) => {
  if (error instanceof UserError) return { problem: error.message };
  throw error; // which ends the thread with it
});
parentPort!.postMessage(told);
