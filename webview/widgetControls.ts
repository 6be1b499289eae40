import type { WidgetKind } from '../src/protocol/output.ts';
import choicesCss from './widgetChoices.css';
import { multiselect, radio, select, tabs } from './widgetChoices.ts';
import type { Control, ControlEvents } from './widgetControl.ts';
import fieldsCss from './widgetFields.css';
import { color, date, dateRange, number, text, textarea } from './widgetFields.ts';
import fileCss from './widgetFile.css';
import { file } from './widgetFile.ts';
import slidersCss from './widgetSliders.css';
import { range, slider } from './widgetSliders.ts';
import { button, checkbox, refresh, toggle } from './widgetSwitches.ts';

/** How all controls look. */
export const controlsCss = [slidersCss, fieldsCss, choicesCss, fileCss].join('\n');

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
