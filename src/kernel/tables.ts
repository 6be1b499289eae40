import { registerType } from '../cache/customTypes.ts';
import type { Data } from '../data/openData.ts';
import type { Recipe } from '../data/recipe.ts';
import { Table } from '../data/table.ts';

/** Lets lazy tables be exported by cells: as their recipe, with digests of the files they read. */
export function carryTables(data: Data): void {
  registerType<Table>({
    name: 'memoir.Table',
    is: (object): object is Table => object instanceof Table && !object.isRemote,
    pack: (table) => table.recipe(),
    unpack: (recipe) => data.fromRecipe(recipe as Recipe), // written by `pack`
  });
}
