import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ErrorData } from '../base/errors.ts';
import type { CpuProfile, CpuProfileNode, ProfileError } from '../protocol/profileResult.ts';
import { isHarness, type Place, type ScriptLocations } from './locations.ts';
import { isPackage, type Sources } from './sources.ts';

/** `error` with its stack in terms of the sources, and the first place there that is the user's own. */
export function translateError(error: ErrorData, locations: ScriptLocations, sources: Sources): ProfileError {
  let own: Place | null = null;
  const frames = (error.stack ?? '').split('\n').flatMap((frame) => {
    const place = placeOfFrame(frame, locations);
    if (place === undefined) return /^\s+at /.test(frame) ? [] : [frame]; // frames of Node and of the profiler itself
    if (!place || isHarness(place.file) || place.line > sources.lineCount(place.file)) return [];
    own ??= isPackage(place.file) ? null : place;
    return [frame.replace(AT_PLACE, `${place.file}:${place.line}:${place.column}`)];
  });
  const { file = null, line = null, column = null } = (own as Place | null) ?? {};
  return { ...error, ...(error.stack && { stack: frames.join('\n') }), file, line, column };
}

/** The profile as if the sources themselves had run, so that a viewer opens them. */
export function translateProfile(profile: CpuProfile, locations: ScriptLocations): CpuProfile {
  return { ...profile, nodes: profile.nodes.map((node) => translateNode(node, locations)) };
}

function translateNode(node: CpuProfileNode, locations: ScriptLocations): CpuProfileNode {
  const { url, lineNumber, columnNumber } = node.callFrame;
  const place = locations.has(url) ? locations.of(url, lineNumber + 1, columnNumber + 1) : null;
  if (!place || isHarness(place.file)) return node;
  const callFrame = {
    ...node.callFrame,
    url: pathToFileURL(place.file).href,
    lineNumber: place.line - 1,
    columnNumber: place.column - 1,
  };
  const positionTicks = node.positionTicks?.map(({ line, ticks }) => ({
    line: locations.ofLine(url, line)?.line ?? line,
    ticks,
  }));
  return { ...node, callFrame, ...(positionTicks && { positionTicks }) };
}

/** Undefined for a frame of Node or of the profiler itself. */
function placeOfFrame(frame: string, locations: ScriptLocations): Place | null | undefined {
  const match = AT_PLACE.exec(frame);
  if (!match || !/^\s+at /.test(frame)) return undefined;
  const file = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!;
  const url = pathToFileURL(file).href;
  const [line, column] = [Number(match[2]), Number(match[3])];
  if (locations.has(url)) return locations.of(url, line, column);
  return isPackage(file) ? { file, line, column } : undefined;
}

const AT_PLACE = /((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)(?=\)?$)/;
