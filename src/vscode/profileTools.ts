import type * as vscode from 'vscode';
import type { SpareProcess } from '../profile/spareProcess.ts';
import type { Heat } from './heat.ts';
import type { Notebooks } from './notebooks.ts';
import type { ProfileHistory } from './profileHistory.ts';
import type { ProfilePanel } from './profilePanel.ts';
import type { Report } from './report.ts';
import type { Stores } from './stores.ts';

/** What profiling works with in the editor. */
export interface ProfileTools {
  readonly context: vscode.ExtensionContext;
  readonly spare: SpareProcess;
  readonly heat: Heat;
  readonly panel: ProfilePanel;
  readonly history: ProfileHistory;
  readonly notebooks: Notebooks;
  readonly stores: Stores;
  readonly report: Report;
}
