declare module 'pidusage' {
  /** CPU in percent of a core, memory in bytes, times in milliseconds; null for processes that do not exist. */
  function pidusage(pids: readonly number[]): Promise<Record<string, pidusage.Use | null>>;
  namespace pidusage {
    interface Use {
      readonly cpu: number;
      readonly memory: number;
      readonly elapsed: number;
      readonly timestamp: number;
    }
  }
  export = pidusage;
}
