// Started by bench/profiler.ts: opens a profile file as the editor and its page do, and prints what that took as JSON.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { readProfileFile } from '../../src/profile/profileFile.ts';
import { visibleBoxes } from '../../webview/flameBoxes.ts';
import { FlameTree } from '../../webview/flameTree.ts';

const started = performance.now();
const { timeline, stacks, samples } = readProfileFile(readFileSync(process.argv[2]!, 'utf8'));
const hostMB = peakMB();
const trees = [new FlameTree(timeline!, true), new FlameTree(stacks)]; // a CPU profile has both
const boxes = trees.map((tree) => visibleBoxes(tree, { from: 0, to: tree.total[0]! }, 1400).length);
const ms = performance.now() - started;
console.log(JSON.stringify({ ms, hostMB, peakMB: peakMB(), samples, boxes }));

function peakMB(): number {
  return process.resourceUsage().maxRSS / 1024;
}
