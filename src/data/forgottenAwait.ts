import { UserError } from '../base/errors.ts';
import { Table } from './table.ts';

const METHODS = Object.getOwnPropertyNames(Table.prototype).filter((name) => name !== 'constructor' && name !== 'then');

/** A promise of a table that names what is missing when it is used as if it were the table. */
export function tablePromise<Row>(table: Promise<Table<Row>>): Promise<Table<Row>> {
  for (const name of METHODS) {
    const value = () => {
      throw new UserError(`${name} is the table's, and load gives a promise of it: write (await load(…)).${name}(…).`);
    };
    Object.defineProperty(table, name, { value });
  }
  return table;
}
