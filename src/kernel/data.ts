import { openData } from '../data/openData.ts';
import { keeper } from './keeper.ts';
import { carryTables } from './tables.ts';

/** The one database of this process, which costs nothing until the first query. */
export const data = openData({ keeper });
carryTables(data);
