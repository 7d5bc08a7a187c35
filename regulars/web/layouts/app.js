// Everything a signed-in screen runs. Server pages first: each module only wakes what it finds in the page.
import "../administration/quick_reply_editor.js";
import "../design/keyboard/cheat_sheet.js";
import "../design/command_box/command_box.js";
import "../design/conditions/conditions.js";
import "../design/dialog/dialog.js";
import "../design/field/copy_button.js";
import "../design/form_dialog/form_dialog.js";
import "../design/menu/menu.js";
import "../design/toast/toast.js";
import "../design/tooltip/tooltip.js";
import "../design/waiting_clock/waiting_clock.js";
import "../design/window_strip/window_strip.js";
import "../cases/cases.js";
import "../inbox/screen.js";
import "../macros/macros.js";
import "../search/search.js";
import "../installing/worker_register.js";
import "../notifications/bell.js";
import "../notifications/push.js";
import "../settings/acts.js";
import "../settings/following.js";
import "./navigation.js";
import "./preferences.js";
import { writeTimes } from "../design/time/time.js";

writeTimes();
document.addEventListener("body-replaced", () => writeTimes());
