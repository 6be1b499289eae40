import type { WidgetKind } from '../src/protocol/output.ts';
import { multiselect, radio, select, tabs } from './widgetChoices.ts';
import type { Control, ControlEvents } from './widgetControl.ts';
import { color, date, dateRange, number, text, textarea } from './widgetFields.ts';
import { file } from './widgetFile.ts';
import { range, slider } from './widgetSliders.ts';
import { button, checkbox, refresh, toggle } from './widgetSwitches.ts';

/** The kinds of widget that are one control; forms, selections and modules are views of their own. */
export type ControlKind = Exclude<WidgetKind, 'form' | 'selection' | 'module'>;

/** The control for a kind of widget. */
export function makeControl(kind: ControlKind, events: ControlEvents): Control {
  return CONTROLS[kind](events);
}

const CONTROLS: Readonly<Record<ControlKind, (events: ControlEvents) => Control>> = {
  slider,
  range,
  number,
  text,
  textarea,
  color,
  date,
  dateRange,
  select,
  multiselect,
  radio,
  tabs,
  checkbox,
  toggle,
  button,
  refresh,
  file,
};
