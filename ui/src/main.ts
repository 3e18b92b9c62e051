// data-testid: WebDriver tests find everything by it. The names are made of the place and the thing, joined by
// hyphens, as the screens are read: `refapp-token`, `lever-connect`, `rights-prove`, `stage-option` (with
// `data-value`), `check-row` (with `data-check` and `data-status`), `decide-send-again`, `settings-pause`.
// A part that repeats adds its own name to that of the whole: a field `x` has `x-show` and `x-fill`, a stored secret
// `x` has `x-replace`, one that is being replaced has `x-keep`, text that can be copied has `x-copy`. Steps are
// `step-<step>` in the list and `wizard-<step>` as the page; states are in `data-state` and `data-status`, never only
// in words.
import './design/tokens.css';
import './design/base.css';
import { tauri } from './backend/tauri';
import { keepMenuToText } from './shell/contextmenu';
import { open } from './shell/opening';

keepMenuToText(document);

const target = document.getElementById('app');
if (target) void open(target, tauri);
