import { symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Cells } from './cells.ts';

/** A notebook folder in which this repository's own packages are installed. */
function cellsWithPackages(): Cells {
  const cells = new Cells();
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), cells.folder.file('node_modules'));
  return cells;
}

describe('pure uses of popular packages stay pure', () => {
  test.each([
    ["import semver from 'semver'; semver.satisfies('1.2.3', '^1.0.0')", 'true'],
    ["import { Chalk } from 'chalk'; new Chalk({ level: 0 }).red('a')", "'a'"],
    ["import { parse } from 'yaml'; parse('a: 1').a", '1'],
    [
      "import { Command } from 'commander'; new Command().option('-a').parse(['-a'], { from: 'user' }).opts().a",
      'true',
    ],
    ["import { mean } from 'd3-array'; mean([1, 2, 3])", '2'],
    ["import { scaleLinear } from 'd3-scale'; scaleLinear([0, 1], [0, 10])(0.5)", '5'],
    ["import { utcFormat } from 'd3-time-format'; utcFormat('%Y')(new Date(0))", "'1970'"],
    ["import { csvParse } from 'd3-dsv'; csvParse('a,b\\n1,2')[0].b", "'2'"],
    ["import ms from 'ms'; ms('1h')", '3600000'],
    ["import { z } from 'zod'; z.object({ a: z.number() }).parse({ a: 1 }).a", '1'],
    ["import dayjs from 'dayjs'; dayjs('2020-02-01').month()", '1'],
    ["import MarkdownIt from 'markdown-it'; new MarkdownIt().renderInline('*a*')", "'<em>a</em>'"],
    ["import iconv from 'iconv-lite'; iconv.encode('ä', 'latin1').length", '1'],
    ["import qs from 'qs'; qs.parse('a[b]=1').a.b", "'1'"],
    ["import { parse } from 'acorn'; parse('1', { ecmaVersion: 2020 }).body.length", '1'],
    ["import postcss from 'postcss'; postcss.parse('a{b:c}').nodes.length", '1'],
    ["import json5 from 'json5'; json5.parse('{a:1}').a", '1'],
    ["import _ from 'underscore'; _.chunk([1, 2, 3], 2).length", '2'],
    ["import MagicString from 'magic-string'; new MagicString('ab').remove(0, 1).toString()", "'b'"],
    ["import { LRUCache } from 'lru-cache'; const c = new LRUCache({ max: 2 }); c.set(1, 2); c.get(1)", '2'],
    ["import { minimatch } from 'minimatch'; minimatch('a.ts', '*.ts')", 'true'],
    ["import { parse } from 'parse5'; parse('<p>').nodeName", "'#document'"],
    ["import Delaunator from 'delaunator'; Delaunator.from([[0, 0], [1, 0], [0, 1]]).triangles.length", '3'],
    ["import * as parser from 'jsonc-parser'; parser.parse('{\"a\": 1} // b').a", '1'],
  ])('%s', async (source, expected) => {
    const { error, shown, impure, reads } = await cellsWithPackages().run('a', source);
    expect([error, shown, impure]).toEqual([null, expected, []]);
    expect(reads.filter(({ kind }) => kind === 'file')).toEqual([]); // what lies in packages goes by their versions
  });
});

describe('impure uses of packages are labelled', () => {
  test.each([
    [
      'network',
      "import WebSocket from 'ws'; await new Promise((r) => new WebSocket('ws://127.0.0.1:9').on('error', r)); 1",
    ],
    ['child processes', "import { x } from 'tinyexec'; (await x('node', ['-e', '1'])).exitCode"],
    [
      'writing files',
      "import postcss from 'postcss'; import { writeFileSync } from 'node:fs'; writeFileSync('a.css', postcss.parse('a{}').toString()); 1",
    ],
  ])('%s: %s', async (what, source) => {
    const { error, impure } = await cellsWithPackages().run('a', source);
    expect([error, impure]).toEqual([null, expect.arrayContaining([what])]);
  });
});
