import { startedWith } from '../base/program.ts';
import { openData } from '../data/openData.ts';
import { PROFILE_FOLDER } from '../protocol/profiler.ts';
import { keeper } from './keeper.ts';
import { carryTables } from './tables.ts';

const memoryMB = Number(startedWith('MEMOIR_DATA_MAX_MB'));
const spillDirectory = startedWith('MEMOIR_DATA_SPILL_DIR');

/** The one database of this process, which costs nothing until the first query. */
export const data = openData({
  keeper,
  remember: startedWith(PROFILE_FOLDER) === undefined, // a profile is of queries, not of what is remembered of them
  ...(memoryMB > 0 && { memoryLimit: `${memoryMB}MB` }),
  ...(spillDirectory && { spillDirectory }),
});
carryTables(data);
