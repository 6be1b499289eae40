/** The floors of the house (docs/architecture.md): an import only ever points down. Entry points stand on the roof. */
const FLOORS = [
  ['base'],
  ['protocol', 'process'],
  ['cache', 'data', 'monitor', 'parallel'],
  ['notebook'],
  ['kernel', 'profile', 'optimize', 'language'],
  ['server', 'vscode', 'cli'],
];

/** Rooms of one floor that must not know each other; the roots connect them. */
const STRANGERS = ['cache', 'data', 'monitor', 'parallel'];

/** Files that nobody imports because something outside starts them. */
const ENTRIES = [
  '^src/(extension|index|cli|test)\\.ts$',
  '^src/(kernel|profile|language|parallel|data|server|cache)/\\w*(main|child|worker|sidecar|thread)\\w*\\.ts$',
  '^webview/\\w+\\.ts$',
  '\\.d\\.ts$',
];

const inside = (rooms) => `^src/(${rooms.join('|')})/`;

const floorsPointDown = FLOORS.slice(0, -1).map((rooms, floor) => ({
  name: `${rooms.join('-')}-points-down`,
  comment: 'A floor may not look up.',
  severity: 'error',
  from: { path: inside(rooms) },
  to: { path: [inside(FLOORS.slice(floor + 1).flat()), '^src/[^/]+\\.ts$'] },
}));

const strangersKeepApart = STRANGERS.map((room) => ({
  name: `${room}-keeps-to-itself`,
  comment: 'Publish an event or a diagnostics channel and let the root connect it.',
  severity: 'error',
  from: { path: inside([room]) },
  to: { path: inside(STRANGERS.filter((other) => other !== room)) },
}));

module.exports = {
  forbidden: [
    ...floorsPointDown,
    ...strangersKeepApart,
    {
      name: 'roots-are-not-imported',
      comment: 'The top floor serves the roots, not the other way round.',
      severity: 'error',
      from: { path: inside(FLOORS.at(-1)) },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'webview-sees-messages-only',
      comment: 'A webview shares nothing with the host but the words they exchange.',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^(src|test|bench|scripts)/', pathNot: '^src/(protocol/|base/(format|disposable)\\.ts$)' },
    },
    {
      name: 'host-does-not-reach-into-webview',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^webview/' },
    },
    {
      name: 'child-does-not-reach-host',
      comment: 'What runs in a child process meets the host only in protocol/.',
      severity: 'error',
      from: { path: '^src/(kernel|profile|language)/main\\.ts$' },
      to: { path: '^src/(kernel/client|profile/profiler|notebook/session|server/|vscode/)', reachable: true },
    },
    {
      name: 'vscode-in-one-folder',
      comment: 'Everything else must run without an editor.',
      severity: 'error',
      from: { path: '^(src|webview|bench)/', pathNot: '^src/(vscode/|extension\\.ts$)' },
      to: { path: ['^vscode$', '^src/vscode/', '(^|/)node_modules/@types/vscode/'] },
    },
    {
      name: 'src-does-not-import-tests',
      severity: 'error',
      from: { path: '^(src|webview)/' },
      to: { path: '^(test|bench|scripts|examples)/' },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^(src|webview|test|bench)/' }, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'Nobody imports it and nothing starts it.',
      severity: 'error',
      from: { path: '^(src|webview)/', orphan: true, pathNot: ENTRIES },
      to: {},
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      from: { path: '^(src|webview|test|bench|scripts)/' },
      to: { couldNotResolve: true, pathNot: '^(vscode|memoir)$' },
    },
  ],
  options: {
    parser: 'tsc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|fixtures)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
